namespace Gitproc.Processes;

/// <summary>
/// Finds programs as a shell does: on the PATH and nowhere else. Left to itself, .NET starts a file of the name that lies
/// in the current folder or beside the running program rather than the one on the PATH (Process.Unix.cs, ResolvePath;
/// on Windows CreateProcess does the same), and the current folder may be anybody's work tree.
/// </summary>
public static class ProgramPath
{
    // Not .cmd or .bat: Windows gives those to cmd.exe, which reads their arguments as commands of its own.
    private static readonly string Ending = OperatingSystem.IsWindows() ? ".exe" : "";

    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Looks for a program on the PATH, whose relative entries mean the current folder and are left out.</summary>
    /// <param name="name">The program's name, without a folder.</param>
    /// <returns>Its absolute path; null when there is none.</returns>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(folder => folder.Trim('"'))
        .Where(folder => Path.IsPathFullyQualified(folder))
        .Select(folder => Path.Combine(folder, name.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) ? name : name + Ending))
        .FirstOrDefault(IsExecutable);

    private static bool IsExecutable(string file) =>
        File.Exists(file) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & Executable) != 0);
}
