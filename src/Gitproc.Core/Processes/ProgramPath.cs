namespace Gitproc.Processes;

/// <summary>
/// Finds programs on the PATH and nowhere else, as a shell does. Without this, .NET prefers a file in the current
/// folder or next to the running program to the one on the PATH (Process.Unix.cs, ResolvePath; CreateProcess does the
/// same on Windows). The current folder may be a work tree that another user or job filled.
/// </summary>
public static class ProgramPath
{
    // Not .cmd or .bat: Windows runs those with cmd.exe, which can take arguments for commands.
    private static readonly string Ending = OperatingSystem.IsWindows() ? ".exe" : "";

    private const UnixFileMode Executable =
        UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>
    /// Finds a program on the PATH. Relative entries of the PATH depend on the current folder and are ignored.
    /// </summary>
    /// <param name="name">The name of the program, without a folder.</param>
    /// <returns>The absolute path; null if the program is not found.</returns>
    public static string? Find(string name) => Find(name, Ending);

    /// <summary>
    /// Finds a script of cmd.exe on the PATH of Windows, as npm.cmd is one. Do not start it, but tell the user.
    /// </summary>
    /// <param name="name">The name, without a folder, with or without its ending.</param>
    /// <returns>The absolute path; null if there is none.</returns>
    public static string? FindScript(string name) =>
        OperatingSystem.IsWindows() ? Find(name, ".cmd") ?? Find(name, ".bat") : null;

    private static string? Find(string name, string ending) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Select(folder => folder.Trim('"'))
            .Where(folder => Path.IsPathFullyQualified(folder))
            .Select(folder =>
                Path.Combine(folder, name.EndsWith(ending, StringComparison.OrdinalIgnoreCase) ? name : name + ending))
            .FirstOrDefault(IsExecutable);

    /// <summary>True if a file is there and may be run.</summary>
    /// <param name="file">Its path.</param>
    /// <returns>True if it may; on Windows, true if it is there.</returns>
    public static bool IsExecutable(string file) =>
        File.Exists(file) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & Executable) != 0);
}
