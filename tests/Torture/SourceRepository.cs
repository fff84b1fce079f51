using System.Diagnostics;

namespace Gitproc.Torture;

/// <summary>
/// The repository of which checkouts are made: large enough that a kill can meet a checkout half made.
/// </summary>
internal static class SourceRepository
{
    private const int Folders = 10;
    private const int FilesInEach = 30;

    /// <summary>A file that every whole checkout has, the last one that git writes.</summary>
    public static string LastFile { get; } = NameOf(Folders - 1, FilesInEach - 1);

    /// <summary>Makes it.</summary>
    /// <param name="path">Where.</param>
    public static void Make(string path)
    {
        for (var folder = 0; folder < Folders; folder++)
        {
            Directory.CreateDirectory(Path.Combine(path, $"folder-{folder}"));
            for (var file = 0; file < FilesInEach; file++)
                File.WriteAllText(Path.Combine(path, NameOf(folder, file)), $"file {file} of {folder}\n");
        }

        Git(path, "init", "--quiet", "--initial-branch=main");
        Git(path, "add", ".");
        Git(
            path,
            "-c",
            "user.name=Torture",
            "-c",
            "user.email=torture@example.com",
            "commit",
            "--quiet",
            "--message",
            "first");
    }

    /// <summary>What is wrong with the files of a checkout.</summary>
    /// <param name="checkout">Its folder.</param>
    /// <returns>What git says; empty when nothing is.</returns>
    public static string Changes(string checkout) => Git(checkout, "status", "--short");

    private static string NameOf(int folder, int file) => Path.Combine($"folder-{folder}", $"file-{file:00}.txt");

    /// <summary>Runs git.</summary>
    /// <param name="folder">Where; it may be gone.</param>
    /// <param name="arguments">The command line.</param>
    /// <returns>What it says; null when it fails.</returns>
    public static string? TryGit(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = Path.GetDirectoryName(folder),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var git = Process.Start(start)!;
        git.ErrorDataReceived += (_, _) => { };
        git.BeginErrorReadLine();
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0 ? output.TrimEnd() : null;
    }

    private static string Git(string folder, params string[] arguments) =>
        TryGit(folder, ["-C", folder, .. arguments]) ?? $"git {string.Join(' ', arguments)} failed";
}
