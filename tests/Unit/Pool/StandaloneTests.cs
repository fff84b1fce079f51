using System.Diagnostics;
using Gitproc.Files;
using Gitproc.Pools;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>Checkouts that have copies of all objects and borrow none.</summary>
public sealed class StandaloneTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    private string Base =>
        Directory.EnumerateDirectories(_pool["pool/base"], "*.git", SearchOption.AllDirectories).First();

    private AcquireRequest Standalone => _pool.Request() with { Kind = CheckoutKind.Standalone };

    private AcquireRequest Fresh => Standalone with { Fetch = FetchPolicy.Always };

    private static string Objects(Checkout checkout) => Path.Combine(checkout.Path, ".git", "objects");

    // Undone commits too.
    private List<Rescue> Rescues =>
    [
        .. _pool.Pool.Rescues.List(null, _pool.Home), .. _pool.Pool.Rescues.List(null, _pool.Home, isUndone: true),
    ];

    private static string Shell(string script)
    {
        var start = new ProcessStartInfo(UnixTools.Bash, ["-c", "set -e\n" + UnixTools.Script(script)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var result = GitprocProgram.Finish(Process.Start(start)!);
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output.Trim();
    }

    // The name, inode and change time of each file.
    private static SortedDictionary<string, string> Files(string objects)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var folder = RawFolder.Open(objects);
        RawTree.Walk(folder, default, entry =>
        {
            if (entry.Kind != EntryKind.Folder)
                found[entry.Path.ToText()] = entry.Parent.StatOf(entry.Name.ToBytes()).ToString()!;
            return true;
        });
        return found;
    }

    private void MustBeWholeWithoutItsBase(Checkout checkout)
    {
        var (basePath, away) = (Base, _pool["away"]);
        Directory.Move(basePath, away);
        try
        {
            TestGit.Run(checkout.Path, "fsck", "--full", "--strict");
            Assert.Equal("", TestGit.Run(checkout.Path, "status", "--porcelain"));
            TestGit.Run(checkout.Path, "log", "--stat", "--all");
        }
        finally
        {
            Directory.Move(away, basePath);
        }

        Assert.False(File.Exists(Path.Combine(Objects(checkout), "info/alternates")));
        using var own = RawFolder.Open(Objects(checkout));
        using var lender = RawFolder.Open(Path.Combine(Base, "objects"));
        Assert.Equal(Contents(lender), Contents(own));
    }

    private static SortedDictionary<string, string> Contents(RawFolder objects)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        RawTree.Walk(objects, default, entry =>
        {
            using var file = entry.Kind == EntryKind.File ? entry.Parent.TryOpenFile(entry.Name) : null;
            if (file is not null && !entry.Path.StartsWith("info/"u8))
                found[entry.Path.ToText()] = Convert.ToHexString(file.ReadAll().ToBytes());
            return true;
        });
        return found;
    }

    [Fact]
    public void It_borrows_nothing_and_shares_no_file_with_its_base()
    {
        var checkout = _pool.Acquire(Standalone);

        Assert.Equal(CheckoutKind.Standalone, checkout.Kind);
        Assert.Equal("main", checkout.Branch);
        MustBeWholeWithoutItsBase(checkout);
        Assert.Empty(Files(Objects(checkout)).Values.Intersect(Files(Path.Combine(Base, "objects")).Values));
        Assert.All(
            Directory.EnumerateFiles(Path.Combine(Objects(checkout), "pack")),
            file => Assert.Equal("1", Shell($"stat -c %h {file}")));
    }

    [Fact]
    public void A_free_and_clean_one_is_handed_out_as_it_is()
    {
        var checkout = _pool.Acquire(Standalone);
        var files = Files(Objects(checkout));
        _pool.Release(checkout);
        Assert.Equal(files, Files(Objects(checkout)));
        _pool.Reports.Clear();

        Assert.Equal(checkout.Name, _pool.Acquire(Standalone).Name);

        Assert.Equal(0, _pool.GitCommands);
        Assert.Equal(files, Files(Objects(checkout)));
    }

    [Fact]
    public void A_new_one_is_a_clone_unless_the_kind_is_asked_for()
    {
        var clone = _pool.Acquire();
        Assert.Equal(CheckoutKind.Clone, clone.Kind);
        _pool.Release(clone);

        var standalone = _pool.Acquire(Standalone);

        Assert.NotEqual(clone.Name, standalone.Name);
        _pool.Release(standalone);
        Assert.Equal(clone.Name, _pool.Acquire(_pool.Request() with { Kind = CheckoutKind.Clone }).Name);
        // As a free worktree, it will do for whoever asks for no kind.
        Assert.Equal(standalone.Name, _pool.Acquire().Name);
    }

    [Fact]
    public void What_a_fetch_brought_is_copied_and_the_rest_stays()
    {
        var checkout = _pool.AcquireAndRelease(Standalone);
        var before = Files(Objects(checkout));
        var commit = _pool.Commit("more");

        var next = _pool.Acquire(Fresh);

        Assert.Equal((checkout.Name, commit), (next.Name, next.Commit));
        var after = Files(Objects(next));
        Assert.True(after.Count > before.Count);
        Assert.All(before, file => Assert.Equal(file.Value, after[file.Key]));
        MustBeWholeWithoutItsBase(next);
    }

    [Fact]
    public void Packs_that_the_base_has_no_longer_go()
    {
        var checkout = _pool.AcquireAndRelease(Standalone);
        _pool.Commit("more");
        _pool.AcquireAndRelease(Fresh);
        TestGit.Run(Base, "-c", "extensions.preciousObjects=false", "maintenance", "run", "--task=loose-objects");
        TestGit.Run(Base, "prune-packed");
        _pool.Commit("most");

        var next = _pool.Acquire(Fresh);

        Assert.Equal(checkout.Name, next.Name);
        MustBeWholeWithoutItsBase(next);
    }

    [Fact]
    public void Nothing_that_a_job_wrote_into_the_objects_stays()
    {
        var checkout = _pool.Acquire(Standalone);
        var lender = Shell($"cd {Base}/objects && find . -type f | sort | xargs sha256sum");
        Shell(
            $"""
            cd {Objects(checkout)}; mkdir -p pack 12
            for f in $(find . -type f ! -path './info/*'); do
              cp -p $f ../copy; chmod u+w $f; tr '\0-\377' '\1-\377\0' < ../copy > $f
              touch -r ../copy $f; rm -f ../copy
            done
            echo /nowhere > info/alternates; echo http://nowhere > info/http-alternates
            echo x > pack/pack-1234567890123456789012345678901234567890.pack
            ln -s /etc/passwd 12/34567890123456789012345678901234567890
            echo x > 12/34567890123456789012345678901234567891; mkdir pack/folder
            """);

        _pool.Release(checkout);
        var next = _pool.Acquire(Standalone);

        Assert.Equal(checkout.Name, next.Name);
        MustBeWholeWithoutItsBase(next);
        Assert.Equal(
            lender, Shell($"cd {Base}/objects && find . -type f | sort | xargs sha256sum"));
    }

    [Fact]
    public void Folders_of_objects_that_a_job_replaced_by_links_are_made_anew()
    {
        _pool.AcquireAndRelease(Standalone);
        _pool.Commit("loose");
        var checkout = _pool.Acquire(Fresh);
        var elsewhere = Directory.CreateDirectory(_pool["elsewhere"]).FullName;
        Shell(
            $"cd {Objects(checkout)}; for d in [0-9a-f]* pack; do mv $d {elsewhere}; ln -s {elsewhere}/$d $d; done");
        var left = Files(elsewhere);

        _pool.Release(checkout);

        Assert.Equal(left, Files(elsewhere));
        MustBeWholeWithoutItsBase(_pool.Acquire(Standalone));
    }

    [Fact]
    public void A_file_that_is_changed_while_the_checkout_is_free_is_found()
    {
        var checkout = _pool.AcquireAndRelease(Standalone);
        var file = Directory.EnumerateFiles(Objects(checkout), "*", SearchOption.AllDirectories)
            .First(path => !path.Contains("/info/", StringComparison.Ordinal));
        Shell($"chmod u+w {file} && printf x | dd of={file} conv=notrunc status=none");

        MustBeWholeWithoutItsBase(_pool.Acquire(Standalone));
    }

    [Theory]
    [InlineData(CheckoutKind.Clone)]
    [InlineData(CheckoutKind.Standalone)]
    public void Work_is_rescued_and_restored(CheckoutKind kind)
    {
        var checkout = _pool.Acquire(Standalone);
        File.WriteAllText(Path.Combine(checkout.Path, "new.txt"), "new");
        TestGit.Run(checkout.Path, "add", ".");
        TestGit.Run(checkout.Path, "commit", "--quiet", "-m", "work");
        var commit = TestGit.Run(checkout.Path, "rev-parse", "HEAD");
        File.WriteAllText(Path.Combine(checkout.Path, "other.txt"), "other");
        TestGit.Run(checkout.Path, "-c", "gc.pruneExpire=now", "gc", "--quiet");

        _pool.Release(checkout);

        var rescue = Assert.Single(Rescues);
        Assert.Equal((1, 1), (rescue.Files, rescue.Commits));
        Assert.InRange(rescue.Size, 1, 10_000);
        MustBeWholeWithoutItsBase(_pool.Acquire(Standalone));
        var restored = _pool.Pool.Rescues.Restore(rescue.Id, Standalone with { Kind = kind });
        Assert.Equal(commit, TestGit.Run(restored.Path, "rev-parse", "HEAD"));
        Assert.Equal("?? other.txt", TestGit.Run(restored.Path, "status", "--porcelain"));
    }

    [Fact]
    public void The_copies_do_not_count_toward_the_size_of_a_rescue()
    {
        File.WriteAllBytes(Path.Combine(_pool.Source, "large"), Bytes(200_000));
        _pool.Commit("large");
        var made = Run("acquire", _pool.Source, "--kind", "standalone", "--owner-pid", $"{Environment.ProcessId}");
        Assert.True(made.ExitCode == 0, made.Error);
        var path = made.Output.Trim();
        foreach (var (text, option) in new[] { ("one", "--quiet"), ("other", "--amend") })
        {
            File.WriteAllText(Path.Combine(path, "file-0.txt"), text);
            TestGit.Run(path, "commit", "--all", option, "-m", text);
        }

        TestGit.Run(path, "repack", "-a", "-d", "-q");

        var released = Run("release", path);

        Assert.True(released.ExitCode == 0, released.Error);
        Assert.DoesNotContain("limit", released.Error, StringComparison.Ordinal);
        Assert.Equal(2, Rescues.Count);
        Assert.All(Rescues, rescue => Assert.InRange(rescue.Size, 1, 10_000));

        GitprocProgram.Result Run(params string[] arguments) => GitprocProgram.Finish(
            _pool.Program.Start(_pool.Home, [("GITPROC_RESCUE_MAX_SIZE", "100k")], arguments));
    }

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    [Fact]
    public void History_that_upstream_dropped_is_no_work_of_a_job_that_packs_it()
    {
        _pool.Commit("dropped");
        var checkout = _pool.AcquireAndRelease(Standalone);
        TestGit.Run(_pool.Source, "reset", "--quiet", "--hard", "HEAD~1");
        _pool.Commit("instead");
        checkout = _pool.Acquire(Fresh);
        TestGit.Run(checkout.Path, "gc", "--quiet");
        TestGit.Run(checkout.Path, "-c", "repack.writeBitmaps=false", "repack", "-a", "-d", "-q", "--keep-unreachable");

        _pool.Release(checkout);
        checkout = _pool.Acquire(Standalone);
        Shell(
            $"""
            cd {checkout.Path} && mv .git/objects/pack/*.pack .
            for p in *.pack; do git unpack-objects -q < $p; done
            rm -f *.pack .git/objects/pack/*
            """);
        _pool.Release(checkout);

        Assert.Empty(Rescues);
    }

    [Fact]
    public void One_that_an_earlier_gitproc_cleaned_is_made_whole_again()
    {
        var checkout = _pool.AcquireAndRelease(Standalone);
        // To an earlier gitproc, every checkout that is no worktree is a clone.
        _pool.Execute("UPDATE checkout SET kind = 0");
        _pool.AcquireAndRelease(_pool.Request() with { Clean = CleanMode.Full });
        Assert.True(File.Exists(Path.Combine(Objects(checkout), "info/alternates")));
        _pool.Execute("UPDATE checkout SET kind = 2");

        var next = _pool.Acquire(Standalone);

        Assert.Equal(checkout.Name, next.Name);
        MustBeWholeWithoutItsBase(next);
    }

    [Fact]
    public void It_says_of_itself_what_it_is()
    {
        var checkout = _pool.AcquireAndRelease(Standalone);
        foreach (var file in Directory.EnumerateFiles(_pool.Pool.Path, "gitproc.db*"))
            File.Delete(file);

        Assert.Equal(CheckoutKind.Standalone, _pool.Find(checkout.Name).Kind);
        MustBeWholeWithoutItsBase(_pool.Acquire(Standalone));
    }

    [Fact]
    public void A_recycling_that_was_stopped_goes_on()
    {
        var checkout = _pool.Acquire(Standalone);
        TestGit.Run(checkout.Path, "repack", "-a", "-d", "-q");
        // As if it had ended after the copies came and before they were recorded.
        File.Delete(Path.Combine(_pool.Pool.Path, "records", checkout.Name, "objects"));

        _pool.Release(checkout);

        Assert.Empty(Rescues);
        MustBeWholeWithoutItsBase(_pool.Acquire(Standalone));
    }
}
