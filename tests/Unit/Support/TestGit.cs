using System.Diagnostics;
using System.Text;

namespace Gitproc.Unit.Support;

/// <summary>Runs git for a test, with a fixed user and without inherited <c>GIT_</c> variables.</summary>
public static class TestGit
{
    public static string Run(string directory, params string[] arguments) => Run(directory, [], arguments);

    public static string Run(string directory, (string Name, string? Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            "git",
            ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main", .. arguments]
        )
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Windows has another default.
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (
            var name in start.Environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.Ordinal)).ToList()
        )
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"git {string.Join(' ', arguments)}: {error.Result}");
        return output.TrimEnd();
    }

    /// <summary>
    /// Writes a script that git may run, for example a hook. Another process writes it, for the reason given at
    /// <see cref="TestProcess.CopyProgram"/>.
    /// </summary>
    public static void WriteScript(string path, string text)
    {
        if (OperatingSystem.IsWindows())
        {
            File.WriteAllText(path, text);
            return;
        }

        using var process = Process.Start(
            new ProcessStartInfo("sh", ["-c", "cat > \"$1\" && chmod 700 \"$1\"", "sh", path])
            {
                RedirectStandardInput = true,
            }
        )!;
        process.StandardInput.Write(text);
        process.StandardInput.Close();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>Makes a repository with some files, a second branch and a tag.</summary>
    public static string MakeRepository(string path, int files = 3)
    {
        if (files == 3 && !Directory.Exists(path))
            TemporaryFolder.Copy(Template.Value, path);
        else
            Make(path, files);
        return path;
    }

    // Copying a template is faster: making the repository takes longer than some tests.
    private static Lazy<string> Template { get; } = new(() =>
    {
        var folder = new TemporaryFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        Make(folder.Path, 3);
        return folder.Path;
    });

    private static void Make(string path, int files)
    {
        Directory.CreateDirectory(path);
        Run(path, "init", "--quiet");
        for (var i = 0; i < files; i++)
            File.WriteAllText(Path.Combine(path, $"file-{i}.txt"), $"content {i}\n");
        Run(path, "add", ".");
        Run(path, "commit", "--quiet", "--message", "first");
        Run(path, "branch", "other");
        Run(path, "tag", "v1");
    }
}
