using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Gitproc.Processes;

namespace Gitproc.Unit.Support;

/// <summary>
/// The Unix programs that tests start, as <c>sh</c> and <c>sleep</c>. On Windows they are those that come with git.
/// </summary>
public static partial class UnixTools
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
    public static string Bash { get; } = ProgramPath.Find("bash") ?? "sh";

    /// <summary>
    /// What a script prints to tell the id of its shell. On Windows the shell of git counts its processes itself.
    /// </summary>
    public const string PrintShellId = "cat /proc/$$/winpid 2> /dev/null || echo $$";

    /// <summary>
    /// A script with the slashes of Unix in the paths of Windows, whose backslashes a shell takes for its own.
    /// </summary>
    public static string Script(string script) =>
        OperatingSystem.IsWindows() ? WindowsPath().Replace(script, path => Slashes(path.Value)) : script;

    /// <summary>A path as git and its shell write it: on Windows too with slashes.</summary>
    public static string Slashes(string path) => path.Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>Skips the test on Windows if a script does what only Unix can.</summary>
    public static void SkipUnlessPossible(string script)
    {
        if (!OperatingSystem.IsWindows())
            return;
        Assert.SkipWhen(script.Contains("mkfifo", StringComparison.Ordinal), NoPipes);
        Assert.SkipWhen(script.Contains("ln -s", StringComparison.Ordinal), "The ln of Git for Windows makes copies.");
        Assert.SkipWhen(Modes().IsMatch(script), NoModes);
        Assert.SkipWhen(script.Contains("\\xf", StringComparison.Ordinal), "Names on Windows are text.");
        Assert.SkipWhen(
            script.Contains("seq 200", StringComparison.Ordinal), "No shell of Windows goes to such a deep folder.");
    }

    public const string NoCopies = "On Windows a copy of a Unix tool elsewhere does not find its libraries.";

    public const string NoScripts = "Windows starts no script by its first line.";

    public const string NoModes = "Windows has no modes of files.";

    public const string NoPipes = "Windows has no pipes in folders.";

    public const string NoSignals = "Windows has no signals.";

    // The user of a CI may, and most users of Windows may not.
    private static readonly Lazy<bool> HasLinks = new(() =>
    {
        using var folder = new TemporaryFolder();
        try
        {
            File.CreateSymbolicLink(folder["link"], "target");
            return new FileInfo(folder["link"]).LinkTarget is not null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });

    /// <summary>Skips the test if this user may make no symbolic links.</summary>
    public static void SkipWithoutLinks() =>
        Assert.SkipUnless(HasLinks.Value, "This user of Windows may make no symbolic links.");

    [GeneratedRegex(@"\b[A-Za-z]:\\[^\s'"";|&()$<>]*")]
    private static partial Regex WindowsPath();

    // All but that a file can be run: of that there is too much in scripts that are about something else.
    [GeneratedRegex(@"^chmod|chmod [^+]")]
    private static partial Regex Modes();
}
