using System.Diagnostics;
using System.Text;
using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Recycling;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Recycling;

/// <summary>
/// A base repository, a template repository of it and checkouts that borrow from it, as a pool has them.
/// </summary>
public sealed class RecyclingFixture : IDisposable, IProgress<PoolReport>
{
    public const string Key = "example.com/owner/repo";
    public const string Url = "https://example.com/owner/repo.git";
    private const string Checkout = "checkout-1";

    private static readonly DateTimeOffset ReleasedAt = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = TemporaryFolder.OnDisk();
    private readonly GitRunner _git;
    private readonly PoolFolder _pool;
    private int _fresh;

    public RecyclingFixture(Action<string>? prepareSource = null)
    {
        _git = new GitRunner(this);
        _pool = new PoolFolder(_folder["pool"]);
        _pool.Create();
        if (prepareSource is null)
        {
            TemporaryFolder.Copy(Shared.Value.Base, Base);
            TemporaryFolder.Copy(Shared.Value.Template, Template);
            File.WriteAllText(
                System.IO.Path.Combine(Template, "objects", "info", "alternates"),
                System.IO.Path.Combine(Base, "objects") + "\n");
            Commit = Shared.Value.Commit;
        }
        else
        {
            Commit = Make(prepareSource, _folder.Path);
        }

        Path = MakeCheckout(Checkout);
    }

    // Making the repositories takes longer than most tests.
    private static Lazy<(string Base, string Template, string Commit)> Shared { get; } = new(() =>
    {
        var folder = TemporaryFolder.OnDisk();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        var commit = Make(_ => { }, folder.Path);
        return (folder["base.git"], folder["template"], commit);
    });

    public string Base => _folder["base.git"];

    public string Template => _folder["template"];

    public string Path { get; }

    public string Commit { get; }

    /// <summary>Where the pool keeps what the checkout was like when it was clean.</summary>
    public string Record => _pool.Record(Checkout);

    public string Canary => _folder["canary"];

    public List<PoolReport> Reports { get; } = [];

    internal List<Rescue> Told { get; } = [];

    internal Target Target { get; set; } = null!;

    internal Rescues Rescues => new(Base, _git) { Own = (new RescueStore(_pool), Key) };

    /// <summary>After how many commands an operation is ended; null for never.</summary>
    public int? EndAfter { get; set; }

    /// <summary>What another process does before a command, which is given by its number.</summary>
    public Action<int>? Meanwhile { get; set; }

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    /// <summary>Makes a checkout of the target, as new ones are made.</summary>
    public string MakeCheckout(string name)
    {
        var path = _folder["pool/" + name];
        Directory.CreateDirectory(System.IO.Path.Combine(path, ".git"));
        Target ??= new Target("main", Commit, true);
        new PristineGitDirectory(Template, Url, Target).Write(System.IO.Path.Combine(path, ".git"), default);
        if (Target.Commit is not null)
            TestGit.Run(path, "read-tree", "--reset", "-u", "HEAD");
        new CheckoutRecord(Key, Url, "x").Write(System.IO.Path.Combine(path, ".git"));
        TreeRecord.Write(
            _pool.Record(name),
            path,
            Target,
            System.IO.Path.Combine(path, ".git", "index"),
            hasNothingElse: true,
            CancellationToken.None);
        return path;
    }

    public string MakeCheckout() => MakeCheckout($"fresh-{++_fresh}");

    /// <summary>Runs a script as a job does, in the checkout; it stops at the first failure.</summary>
    public void Job(string script) => Job(Path, script);

    public void Job(string path, string script)
    {
        // Hooks and filters that a job plants do not have its variables when gitproc runs.
        script = UnixTools.Script(script.Replace("$CANARY", Canary, StringComparison.Ordinal));
        var start = new ProcessStartInfo(UnixTools.Bash, ["-c", "set -e\n" + script])
        {
            WorkingDirectory = path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (
            var name in start.Environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.Ordinal)).ToList()
        )
            start.Environment.Remove(name);
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)
                [
                    ("SIDE", UnixTools.Slashes(_folder["side"])),
                    ("BASE", UnixTools.Slashes(Base)),
                    ("GIT_CONFIG_NOSYSTEM", "1"),
                    ("GIT_EDITOR", "true"),
                    ("HOME", UnixTools.Slashes(_folder.Path)),
                    ("GIT_AUTHOR_NAME", "Job"),
                    ("GIT_AUTHOR_EMAIL", "job@example.com"),
                    ("GIT_COMMITTER_NAME", "Job"),
                    ("GIT_COMMITTER_EMAIL", "job@example.com"),
                ])
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{script}: {output} {error.Result}");
    }

    internal RecyclingRequest Request() => new()
    {
        Place = CheckoutPlace.FromClone(Checkout, Path),
        Base = Base,
        Template = Template,
        Key = Key,
        Url = Url,
        Target = Target,
        Record = Record,
        ReleasedAt = ReleasedAt,
        Rescues = new RescueStore(_pool),
        MaxRescueSize = 1 << 30,
        Rescued = Told.Add,
    };

    internal Rescue? Recycle(CleanMode clean = CleanMode.Default) => Recycle(Request() with { Clean = clean });

    internal Rescue? Recycle(RecyclingRequest request, CancellationToken cancellationToken = default)
    {
        Reports.Clear();
        return new CheckoutRecycling(_pool, _git, this).Run(request, cancellationToken);
    }

    /// <summary>Makes a worktree checkout of the target.</summary>
    internal CheckoutPlace MakeWorktree(string name)
    {
        var place = CheckoutPlace.FromWorktree(name, _folder["pool/" + name], Base);
        Directory.CreateDirectory(System.IO.Path.Combine(Base, "gitproc"));
        SharedConfig.Keep(Base);
        var pristine = new PristineWorktree(place);
        pristine.Write(Target.In(CheckoutKind.Worktree));
        Directory.CreateDirectory(place.Path);
        using (var root = RawFolder.Open(place.Path))
            pristine.WriteGitFile(root);
        new CheckoutRecord(Key, Url, "x").Write(place.GitDirectory);
        TestGit.Run(place.Path, "read-tree", "--reset", "-u", "HEAD");
        return place;
    }

    internal void Restore(Rescue rescue, CheckoutPlace place) =>
        new RescueRestore(Rescues.Source(rescue.Id), Base, _git, place).Run(CancellationToken.None);

    internal void Restore(Rescue rescue, string path) =>
        new RescueRestore(
            Rescues.Source(rescue.Id),
            Base,
            _git,
            CheckoutPlace.FromClone(System.IO.Path.GetFileName(path), path)).Run(CancellationToken.None);

    public int GitCommands => Reports.Count(report => report.Kind == ReportKind.Command);

    /// <summary>
    /// All that is in a checkout, but the index's notes of files on disk and what gitproc itself keeps there.
    /// </summary>
    public static SortedDictionary<string, string> Snapshot(string path)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var folder = RawFolder.Open(path);
        RawTree.Walk(folder, default, entry =>
        {
            if (entry.Path.Chars is ".git/gitproc" or ".git/index")
                return false;
            all[entry.Path.Chars] = Describe(entry);
            return true;
        });
        // The view is that of git, which also finds what is wrong with the index.
        all["(index)"] = File.Exists(System.IO.Path.Combine(path, ".git", "index"))
            ? TestGit
                .Run(path, "-c", "core.fsmonitor=false", "ls-files", "-s", "-v", "--debug", "-z")
                .Split('\0')
                .Aggregate(new StringBuilder(), (text, line) => text.Append(line.Split('\n')[^1]).Append('\n'))
                .ToString()
            : "";
        return all;
    }

    /// <summary>The mode of each file that is tracked, or of each that is not.</summary>
    public static SortedDictionary<string, string> Modes(string path, bool tracked = true)
    {
        var modes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var folder = RawFolder.Open(path);
        foreach (var name in TestGit
                .Run(path, "-c", "core.fsmonitor=false", "ls-files", "-z", tracked ? "--cached" : "--others")
                .Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            if (RawTree.At(folder, RawText.FromText(name), (parent, last) => parent.ModeOf(last)) is { } mode)
                modes[name] = Convert.ToString((int)mode, 8);
        }

        return modes;
    }

    /// <summary>What git answers in a checkout: this is what a restored one must answer too.</summary>
    public static string Answers(string path, params (string Name, string? Value)[] environment)
    {
        var text = new StringBuilder();
        foreach (var command in (string[])
                [
                    "status --porcelain=v2 --branch --untracked-files=all",
                    "stash list --format=%H%gs",
                    "for-each-ref --format=%(refname)%(objectname) refs/heads refs/tags refs/notes refs/stash",
                    "diff --binary",
                    "diff --cached --binary",
                    "ls-files -s -v",
                    "for-each-ref --format=%(refname)%(upstream) refs/heads",
                ])
        {
            text.Append("== ")
                .Append(command)
                .Append('\n')
                .Append(TestGit.Run(path, environment, ["-c", "core.fsmonitor=false", .. command.Split(' ')]))
                .Append('\n');
        }

        return text.ToString();
    }

    public void Report(PoolReport value)
    {
        Reports.Add(value);
        if (GitCommands > EndAfter)
            throw new OperationCanceledException();
        if (value.Kind == ReportKind.Command)
            Meanwhile?.Invoke(GitCommands);
    }

    public void Dispose()
    {
        using var folder = RawFolder.TryOpen(_folder.Path);
        folder?.RemoveEntries();
        _folder.Dispose();
    }

    private static string Describe(RawTree.Entry entry)
    {
        if (entry.Kind == EntryKind.Link)
            return $"link {entry.Parent.ReadLink(entry.Name)?.Chars}";
        if (entry.Kind != EntryKind.File)
            return entry.Kind.ToString();
        using var file = entry.Parent.TryOpenFile(entry.Name)!;
        return $"{(file.IsExecutable ? "program" : "file")} {file.ReadAll().Chars}";
    }

    private static string Make(Action<string> prepareSource, string folder)
    {
        var source = MakeSource(prepareSource, folder);
        var basePath = System.IO.Path.Combine(folder, "base.git");
        TestGit.Run(folder, "clone", "--quiet", "--bare", "--no-local", "--template=", source, basePath);
        MakeTemplate(folder, basePath, System.IO.Path.Combine(folder, "template"));
        return TestGit.Run(basePath, "rev-parse", "HEAD");
    }

    private static string MakeSource(Action<string> prepare, string folder)
    {
        var source = TestGit.MakeRepository(System.IO.Path.Combine(folder, "source"));
        Directory.CreateDirectory(System.IO.Path.Combine(source, "folder"));
        File.WriteAllText(System.IO.Path.Combine(source, "folder", "inner.txt"), "inner\n");
        File.WriteAllText(System.IO.Path.Combine(source, ".gitignore"), "*.o\nbuild/\n");
        prepare(source);
        TestGit.Run(source, "add", ".");
        TestGit.Run(source, "commit", "--quiet", "--message", "second");
        TestGit.Run(source, "checkout", "--quiet", "other");
        File.WriteAllText(System.IO.Path.Combine(source, "file-0.txt"), "other\n");
        TestGit.Run(source, "commit", "--quiet", "--all", "--message", "on other");
        TestGit.Run(source, "checkout", "--quiet", "main");
        TestGit.Run(source, "tag", "--annotate", "--message", "v2", "v2");
        return source;
    }

    private static void MakeTemplate(string folder, string basePath, string model)
    {
        var clone = System.IO.Path.Combine(folder, "clone");
        TestGit.Run(folder, "clone", "--quiet", "--no-checkout", "--shared", basePath, clone);
        TestGit.Run(clone, "config", "--unset", "remote.origin.url");
        TestGit.Run(clone, "config", "--remove-section", "branch.main");
        TestGit.Run(clone, "pack-refs", "--all");
        Directory.Move(System.IO.Path.Combine(clone, ".git"), model);
        FolderRemoval.Remove(System.IO.Path.Combine(model, "logs"));
        var packed = System.IO.Path.Combine(model, "packed-refs");
        File.WriteAllLines(
            packed, File.ReadAllLines(packed).Where(line => !line.Contains("refs/heads/", StringComparison.Ordinal)));
    }
}
