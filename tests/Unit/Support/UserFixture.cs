using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gitproc.Files;
using Gitproc.Unit.Recycling;

namespace Gitproc.Unit.Support;

/// <summary>
/// A user with a home and a git config of the test's own, who works in checkouts of a pool with the real program.
/// </summary>
public sealed class UserFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly GitprocProgram _program;

    public UserFixture()
    {
        Directory.CreateDirectory(Home);
        _program = new GitprocProgram(_folder["pool"], Home);
        Config("[user]\n\tname = User\n\temail = user@example.com\n[init]\n\tdefaultBranch = main\n");
    }

    public string Home => _folder["home"];

    /// <summary>Where the repository is that is acquired.</summary>
    public string Source => _folder["source"];

    public string Base =>
        Directory.EnumerateDirectories(_folder["pool/base"], "*.git", SearchOption.AllDirectories).First();

    public string this[string relative] => _folder[relative];

    private (string Name, string? Value)[] Environment =>
        [
            ("HOME", Home),
            ("XDG_CONFIG_HOME", Path.Combine(Home, ".config")),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("SOURCE", Source),
            ("GIT_EDITOR", "true"),
        ];

    /// <summary>Adds to the user's git config.</summary>
    public void Config(string text) => File.AppendAllText(Path.Combine(Home, ".gitconfig"), text);

    /// <summary>Makes the repository by a script that is run in it, after <c>git init</c>.</summary>
    public void MakeSource(string script, params string[] initOptions)
    {
        Git(_folder.Path, ["init", "--quiet", .. initOptions, Source]);
        Run(Source, script);
    }

    public string Git(string directory, params string[] arguments) => TestGit.Run(directory, Environment, arguments);

    /// <summary>Runs a script as the user; it stops at the first failure.</summary>
    public string Run(string directory, string script)
    {
        var start = new ProcessStartInfo("bash", ["-c", "set -e\n" + script])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        var result = GitprocProgram.Finish(Process.Start(start)!);
        Assert.True(result.ExitCode == 0, $"{script}: {result.Output} {result.Error}");
        return result.Output;
    }

    public GitprocProgram.Result Try(params string[] arguments) => _program.Run(Home, arguments);

    /// <summary>Acquires a checkout of the repository.</summary>
    public string Acquire(params string[] options) => Succeed(["acquire", .. options, Source]);

    public void Release(string path) => Succeed("release", path);

    /// <summary>The ids of the rescues, the newest first.</summary>
    public IReadOnlyList<string> Rescues()
    {
        using var list = JsonDocument.Parse(Succeed("rescue", "list", "--json"));
        return [.. list.RootElement.EnumerateArray().Select(rescue => rescue.GetProperty("id").GetString()!)];
    }

    public string Restore(string rescue) => Succeed("rescue", "restore", rescue);

    /// <summary>
    /// A job works in a checkout and releases it: the checkout is as a new one then, and what was work comes back.
    /// </summary>
    /// <param name="job">A script that is run in the checkout.</param>
    /// <param name="isWork">Whether it is something to be rescued.</param>
    /// <returns>The checkout into which the work was restored; null when there was none.</returns>
    public string? Round(string job, bool isWork = true)
    {
        var path = Acquire();
        var fresh = Snapshot(path);
        Run(path, job);
        var answers = Answers(path);
        var tree = LeftoverTests.WorkTree(path);

        Release(path);

        LeftoverTests.AssertSame(fresh, Snapshot(path));
        Assert.Equal("", Git(path, "status", "--porcelain"));
        // What the job fetched from the remote makes a fetch due: here it is to be as it was.
        Assert.Equal(path, Acquire("--no-fetch", "--name", Path.GetFileName(path)));
        LeftoverTests.AssertSame(fresh, Snapshot(path));
        if (!isWork)
        {
            Assert.Empty(Rescues());
            return null;
        }

        var restored = Restore(Assert.Single(Rescues()));
        LeftoverTests.AssertSame(tree, LeftoverTests.WorkTree(restored));
        Assert.Equal(answers, Answers(restored));
        return restored;
    }

    public void Dispose()
    {
        using (var folder = RawFolder.TryOpen(_folder.Path))
            folder?.RemoveEntries();
        _folder.Dispose();
    }

    // What a remote has come to meanwhile is not put back.
    private string Answers(string path) =>
        string.Join(
            '\n',
            RecyclingFixture
                .Answers(path, Environment)
                .Split('\n')
                .Where(line => !line.StartsWith("# branch.ab", StringComparison.Ordinal)));

    // Of a submodule that was filled the index keeps what its folder was like.
    private static SortedDictionary<string, string> Snapshot(string path)
    {
        var all = RecyclingFixture.Snapshot(path);
        all["(index)"] = Regex.Replace(all["(index)"], @"(?<=size: )\d+", "0");
        return all;
    }

    private string Succeed(params string[] arguments)
    {
        var result = Try(arguments);
        Assert.True(result.ExitCode == 0, $"gitproc {string.Join(' ', arguments)}: {result.Error}");
        return result.Output;
    }
}
