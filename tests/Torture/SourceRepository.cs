using System.Diagnostics;

namespace Gitproc.Torture;

/// <summary>
/// The repository whose checkouts are acquired. It is large enough that a kill can hit a half-made checkout.
/// </summary>
internal static class SourceRepository
{
    private const int Folders = 10;
    private const int FilesInEach = 30;

    /// <summary>The file that git writes last. Every complete checkout has it.</summary>
    public static string LastFile { get; } = NameOf(Folders - 1, FilesInEach - 1);

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

    /// <summary>How the files of a checkout differ from HEAD.</summary>
    /// <param name="checkout">The folder of the checkout.</param>
    /// <returns>The output of git status, or that git failed; empty if nothing differs.</returns>
    public static string Changes(string checkout) => Git(checkout, "status", "--short");

    private static string NameOf(int folder, int file) => Path.Combine($"folder-{folder}", $"file-{file:00}.txt");

    /// <summary>Runs git in the parent of a folder.</summary>
    /// <param name="folder">The folder. It need not exist.</param>
    /// <param name="arguments">The command line.</param>
    /// <returns>The output; null if git failed.</returns>
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
