using System.Diagnostics;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Links;

/// <summary>
/// A user with repositories and a home of the test's own, who types commands: scripts find the real <c>gitproc</c>.
/// </summary>
public sealed class LinkFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public LinkFixture()
    {
        Directory.CreateDirectory(this["home"]);
        Directory.CreateDirectory(this["w"]);
        File.WriteAllText(
            this["home/.gitconfig"],
            "[user]\n\tname = User\n\temail = user@example.com\n[init]\n\tdefaultBranch = main\n[protocol \"file\"]\n\tallow = always\n[advice]\n\tdetachedHead = false\n"
        );
        // A repository "r" with the branches main and todo and a tag.
        Run(
            "git init -q r; cd r; echo a > a; mkdir d; echo b > d/b; git add .; git commit -qm first; git tag v1; git branch todo; echo c > c; git add .; git commit -qm second"
        );
    }

    /// <summary>A path of the test's own; scripts run in <c>w</c>.</summary>
    public string this[string relative] => _folder[relative];

    /// <summary>Runs a script; it stops at the first failure.</summary>
    /// <returns>What it wrote, both streams together.</returns>
    public string Run(string script)
    {
        var result = Try("set -e\n" + script);
        Assert.True(result.ExitCode == 0, $"{script}: {result.Output} {result.Error}");
        return result.Output;
    }

    /// <summary>Runs a script that fails, and nothing is changed by it.</summary>
    /// <returns>The error.</returns>
    public string Fail(string script)
    {
        var before = Snapshot();
        var result = Try(script);
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("gitproc: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, Snapshot());
        return result.Error;
    }

    public Process Start(string script)
    {
        var start = new ProcessStartInfo(UnixTools.Bash, ["-c", UnixTools.Script(script)])
        {
            WorkingDirectory = this["w"],
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        GitprocProgram.Isolate(start, this["pool"], this["home"]);
        start.Environment["PATH"] = GitprocProgram.Folder + Path.PathSeparator + start.Environment["PATH"];
        start.Environment["GIT_EDITOR"] = "true";
        return Process.Start(start)!;
    }

    public void Dispose() => _folder.Dispose();

    private GitprocProgram.Result Try(string script) => GitprocProgram.Finish(Start(script));

    // A lock file may stay, and git's own times change.
    private string Snapshot() =>
        string.Join(
            '\n',
            Directory
                .EnumerateFileSystemEntries(_folder["w"], "*", SearchOption.AllDirectories)
                .Where(path => !path.EndsWith("gitproc.lock", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(path =>
                    new FileInfo(path) is { Exists: true, LinkTarget: null }
                        ? $"{path}: {Convert.ToBase64String(File.ReadAllBytes(path))}"
                        : path));
}
