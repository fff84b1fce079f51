using System.Runtime.CompilerServices;
using Gitproc.Processes;

namespace Gitproc.Unit.Support;

/// <summary>
/// The Unix programs that tests start, as <c>sh</c> and <c>sleep</c>. On Windows they are those that come with git.
/// </summary>
public static class UnixTools
{
    // Git for Windows has git.exe in cmd or bin, of which one is on the PATH, and these in usr/bin, which is not.
#pragma warning disable CA2255 // A test program may change its own PATH.
    [ModuleInitializer]
    internal static void AddToPath()
#pragma warning restore CA2255
    {
        if (!OperatingSystem.IsWindows() || ProgramPath.Find("sleep") is not null)
            return;
        if (ProgramPath.Find("git") is { } git
            && Path.GetFullPath(Path.Combine(git, "../../usr/bin")) is var tools && Directory.Exists(tools))
        {
            Environment.SetEnvironmentVariable(
                "PATH", Environment.GetEnvironmentVariable("PATH") + Path.PathSeparator + tools);
        }
    }

    /// <summary>
    /// Bash. By its name alone, Windows would start that of its Linux subsystem, which is in System32.
    /// </summary>
    public static string Bash { get; } = ProgramPath.Find("bash") ?? "bash";
}
