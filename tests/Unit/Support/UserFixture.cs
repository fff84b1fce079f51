using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gitproc.Files;
using Gitproc.Unit.Recycling;

namespace Gitproc.Unit.Support;

/// <summary>A user with a home and a git config, who works in checkouts of a pool with the real program.</summary>
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

    /// <summary>The path of the repository that is acquired.</summary>
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

    /// <summary>Appends to the git config, as if a minute ago: what has just changed is asked for again.</summary>
    public void Config(string text)
    {
        var file = Path.Combine(Home, ".gitconfig");
        File.AppendAllText(file, text);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-1));
    }

    /// <summary>Makes the repository with <c>git init</c> and then a script that runs in it.</summary>
    public void MakeSource(string script, params string[] initOptions)
    {
        Git(_folder.Path, ["init", "--quiet", .. initOptions, Source]);
        Run(Source, script);
    }

    public string Git(string directory, params string[] arguments) => TestGit.Run(directory, Environment, arguments);

    /// <summary>Runs a script as the user. It stops at the first failure.</summary>
    public string Run(string directory, string script)
    {
        var start = new ProcessStartInfo(UnixTools.Bash, ["-c", "set -e\n" + UnixTools.Script(script)])
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

    public Process Start(params string[] arguments) => _program.Start(Home, arguments);

    public Process StartFrom(string folder, params string[] arguments) => _program.Start(folder, arguments);

    public GitprocProgram.Result TryFrom(string folder, params string[] arguments) => _program.Run(folder, arguments);

    public string Acquire(params string[] options) => Succeed(["acquire", .. options, Source]);

    /// <summary>Acquires the repository that a folder is in.</summary>
    public string AcquireFrom(string folder) => Check(_program.Run(folder, "acquire", Source), "acquire");

    public void Release(string path) => Succeed("release", path);

    /// <summary>The ids of the rescues, the newest first.</summary>
    public IReadOnlyList<string> Rescues()
    {
        using var list = JsonDocument.Parse(Succeed("rescue", "list", "--json"));
        return [.. list.RootElement.EnumerateArray().Select(rescue => rescue.GetProperty("id").GetString()!)];
    }

    public string Restore(string rescue) => Succeed("rescue", "restore", rescue);

    /// <summary>
    /// Runs a job in a checkout and releases it. Checks that the checkout is as new afterwards, and that a restore
    /// brings the job's work back.
    /// </summary>
    /// <param name="job">A script that runs in the checkout.</param>
    /// <param name="isWork">True if the job leaves something to rescue.</param>
    /// <returns>The checkout into which the work was restored; null if nothing was to be rescued.</returns>
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
        // If the job fetched, the next acquire would fetch too. Here the checkout must stay as it was.
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

    // Without the counts of commits ahead and behind: a restore does not undo what came to the remote meanwhile.
    private string Answers(string path) =>
        string.Join(
            '\n',
            RecyclingFixture
                .Answers(path, Environment)
                .Split('\n')
                .Where(line => !line.StartsWith("# branch.ab", StringComparison.Ordinal)));

    // Without sizes: for a submodule that was filled, the index keeps the size of its folder. And without the git
    // directories of submodules, which stay, without anything of the job's.
    private static SortedDictionary<string, string> Snapshot(string path)
    {
        var all = RecyclingFixture.Snapshot(path);
        foreach (var name in all.Keys.Where(name => (name + "/").Contains(".git/modules/", StringComparison.Ordinal)).ToList())
            all.Remove(name);
        all["(index)"] = Regex.Replace(all["(index)"], @"(?<=size: )\d+", "0");
        return all;
    }

    private string Succeed(params string[] arguments) => Check(Try(arguments), string.Join(' ', arguments));

    private static string Check(GitprocProgram.Result result, string command)
    {
        Assert.True(result.ExitCode == 0, $"gitproc {command}: {result.Error}");
        return result.Output;
    }
}
