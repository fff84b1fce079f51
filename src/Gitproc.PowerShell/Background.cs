using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.Processes;

namespace Gitproc.PowerShell;

/// <summary>
/// A pwsh of its own that does something for a pool while the session goes on (<see cref="PoolBackground"/>).
/// </summary>
public static class Background
{
    /// <summary>Does it. Background.ps1 calls this in the new process.</summary>
    /// <param name="arguments">The pool's folder, and what is to be done.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] arguments) => PoolBackground.Run(arguments[0], arguments[1..]) ? 0 : 1;

    // The pwsh of this session. If pwsh is installed as a .NET tool, that is "dotnet" with pwsh.dll. A program that
    // hosts PowerShell cannot run the script, so the pwsh of the PATH does. Without one, the next command does what is
    // left.
    internal static BackgroundProgram Program()
    {
        var module = Path.GetDirectoryName(typeof(Background).Assembly.Location)!;
        var assembly = Path.Combine(Path.GetDirectoryName(typeof(PSObject).Assembly.Location)!, "pwsh.dll");
        var (program, first) = (
            Environment.ProcessPath, Path.GetFileNameWithoutExtension(Environment.ProcessPath)
        ) switch
        {
            ({ } process, "pwsh") => (process, (string[])[]),
            ({ } process, "dotnet") when File.Exists(assembly) => (process, [assembly]),
            _ => ("pwsh", []),
        };
        string[] options = ["-NoProfile", "-NonInteractive", "-File", Path.Combine(module, "Background.ps1")];
        return new BackgroundProgram(program, [.. first, .. options]);
    }
}
