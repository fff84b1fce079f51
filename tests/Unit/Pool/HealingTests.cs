using Gitproc.Pools;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>
/// Damage in a base repository: found when it is in the way, and by repair, and healed from the remote.
/// </summary>
public sealed class HealingTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    private string BasePath =>
        Directory
            .EnumerateDirectories(Path.Combine(_pool.Pool.Path, "base"), "source.git", SearchOption.AllDirectories)
            .Single();

    private AcquireRequest Fetching => _pool.Request() with { Fetch = FetchPolicy.Always };

    [Theory]
    [InlineData("main^{commit}", "empty")]
    [InlineData("main^{tree}", "garbage")]
    [InlineData("main:file-0.txt", "empty")]
    [InlineData("main:file-1.txt", "gone")]
    public void A_damaged_loose_object_comes_from_the_remote_again(string revision, string how)
    {
        var held = _pool.Acquire();
        Loosen();
        var id = TestGit.Run(_pool.Source, "rev-parse", revision);
        Damage(id, how);

        var next = _pool.Acquire();
        AssertWhole(next);
        AssertWhole(held);
        AssertHealed();
        TestGit.Run(BasePath, "--git-dir", BasePath, "fsck", "--full");
        Assert.Empty(_pool.Pool.Care.Repair());
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("cut")]
    [InlineData("garbled")]
    [InlineData("no index")]
    [InlineData("no pack")]
    public void A_damaged_pack_comes_from_the_remote_again_and_what_only_it_has_is_kept(string how)
    {
        var held = _pool.Acquire();
        // A commit that upstream has dropped, and that a checkout borrows.
        TestGit.Run(held.Path, "commit", "--quiet", "--allow-empty", "--message", "dropped");
        var dropped = TestGit.Run(held.Path, "rev-parse", "HEAD");
        TestGit.Run(BasePath, "--git-dir", BasePath, "fetch", "--quiet", held.Path, dropped);
        TestGit.Run(
            BasePath,
            "--git-dir",
            BasePath,
            "-c",
            "extensions.preciousObjects=false",
            "config",
            "extensions.preciousObjects",
            "false");
        TestGit.Run(BasePath, "--git-dir", BasePath, "update-ref", "refs/kept", dropped);
        TestGit.Run(BasePath, "--git-dir", BasePath, "repack", "-a", "-d", "--quiet");
        TestGit.Run(BasePath, "--git-dir", BasePath, "update-ref", "-d", "refs/kept");
        TestGit.Run(BasePath, "--git-dir", BasePath, "config", "extensions.preciousObjects", "true");
        DamagePack(how, TestGit.Run(_pool.Source, "rev-parse", "main:file-1.txt"));

        var next = _pool.Acquire();
        AssertWhole(next);
        AssertHealed();
        // A repair at that moment would remove what is being read.
        Assert.Empty(_pool.Unlocked);
        TestGit.Run(BasePath, "--git-dir", BasePath, "fsck", "--full");
        if (how is "garbled" or "no index")
            Assert.Equal("commit", TestGit.Run(BasePath, "--git-dir", BasePath, "cat-file", "-t", dropped));
    }

    [Theory]
    [InlineData("refs/remotes/origin/main", "")]
    [InlineData("refs/remotes/origin/main", "garbage\n")]
    [InlineData("refs/remotes/origin/main", "0000000000000000000000000000000000000000\n")]
    [InlineData("refs/remotes/origin/HEAD", "")]
    [InlineData("refs/gitproc/tags/v1", "")]
    [InlineData("refs/tags/v1", "garbage\n")]
    [InlineData("refs/remotes/origin/other", "")]
    [InlineData("HEAD", "")]
    public void An_unreadable_ref_is_no_older_commit_and_no_empty_checkout(string name, string content)
    {
        _pool.Acquire();
        var file = Path.Combine(BasePath, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        AssertWhole(_pool.Acquire());
        File.WriteAllText(file, content);
        Push("new");
        var next = _pool.Acquire(Fetching);
        AssertWhole(next);
        Assert.Equal(TestGit.Run(_pool.Source, "rev-parse", "v1"), _pool.Acquire(Fetching with { Ref = "v1" }).Commit);
        TestGit.Run(BasePath, "--git-dir", BasePath, "for-each-ref");
        Assert.DoesNotContain(
            _pool.Reports, report => report.Text.Contains("could not be fetched", StringComparison.Ordinal));
    }

    [Fact]
    public void Garbage_in_packed_refs_is_left_out_and_fetched_anew()
    {
        _pool.Acquire();
        var packed = Path.Combine(BasePath, "packed-refs");
        var lines = File.ReadAllLines(packed);
        File.WriteAllLines(
            packed,
            lines.Select(line => line.EndsWith("origin/other", StringComparison.Ordinal) ? new string('\0', 20) : line)
        );
        var next = _pool.Acquire(Fetching with { Ref = "other" });
        Assert.Equal("other", next.Branch);
        AssertHealed();
    }

    [Fact]
    public void A_ref_to_a_commit_that_is_nowhere_is_what_the_remote_has()
    {
        _pool.Acquire();
        File.WriteAllText(Path.Combine(BasePath, "refs/remotes/origin/other"), new string('1', 40) + "\n");
        Push("new");
        AssertWhole(_pool.Acquire(Fetching));
    }

    [Fact]
    public void A_release_heals_what_it_needs()
    {
        var held = _pool.Acquire();
        File.WriteAllText(Path.Combine(held.Path, "file-0.txt"), "changed");
        Loosen();
        Damage(TestGit.Run(_pool.Source, "rev-parse", "main:file-0.txt"), "empty");
        Assert.Equal(CheckoutState.Free, _pool.Release(held).State);
        Assert.Equal("content 0\n", File.ReadAllText(Path.Combine(held.Path, "file-0.txt")));
        Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home));
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("another")]
    [InlineData("gone")]
    public void Repair_looks_at_every_object_and_says_what_cannot_be_healed_and_who_needs_it(string how)
    {
        var held = _pool.Acquire();
        Loosen();
        var blob = TestGit.Run(_pool.Source, "rev-parse", "main:file-2.txt");
        Damage(blob, how);
        Assert.Contains(
            _pool.Pool.Care.Repair(),
            text =>
                text.Contains("is healed", StringComparison.Ordinal) && text.Contains(blob, StringComparison.Ordinal));
        Assert.Empty(_pool.Pool.Care.Repair());

        Damage(blob, how, isPacked: true);
        Directory.Move(_pool.Source, _pool.Source + ".away");
        var said = string.Join('\n', _pool.Pool.Care.Repair());
        Assert.Contains(blob, said, StringComparison.Ordinal);
        Assert.Contains(held.Name, said, StringComparison.Ordinal);
        Assert.Contains("could not be healed", said, StringComparison.Ordinal);

        Directory.Move(_pool.Source + ".away", _pool.Source);
        AssertWhole(_pool.Acquire());
    }

    [Fact]
    public void Repair_removes_what_killed_gits_left_and_nothing_that_one_may_still_write()
    {
        _pool.Release(_pool.Acquire());
        string[] old =
        [
            "objects/pack/tmp_pack_x",
            "objects/pack/tmp_idx_x",
            "objects/17/tmp_obj_x",
            "objects/tmp_objdir-incoming-x/pack/pack-1.pack",
            "packed-refs.lock",
        ];
        foreach (var name in old.Append("objects/pack/tmp_pack_y"))
        {
            var file = Path.Combine(BasePath, name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, "");
            if (!name.EndsWith('y'))
                File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-2));
        }

        Assert.Single(_pool.Pool.Care.Repair());
        Assert.All(old, name => Assert.False(File.Exists(Path.Combine(BasePath, name)), name));
        Assert.True(File.Exists(Path.Combine(BasePath, "objects/pack/tmp_pack_y")));
        Assert.Empty(_pool.Pool.Care.Repair());
    }

    [Fact]
    public void Repair_forgets_requests_to_merge_that_nobody_has_asked_for_in_a_long_time()
    {
        for (var i = 1; i <= 3; i++)
        {
            Push($"request-{i}");
            TestGit.Run(_pool.Source, "update-ref", $"refs/pull/{i}/head", "HEAD");
            TestGit.Run(_pool.Source, "reset", "--quiet", "--hard", "HEAD~1");
        }

        _pool.Release(_pool.Acquire(_pool.Request() with { Ref = "refs/pull/1/head" }));
        var held = _pool.Acquire(_pool.Request() with { Ref = "refs/pull/2/head" });
        _pool.Release(_pool.Acquire(_pool.Request() with { Ref = "refs/pull/3/head" }));
        var times = Path.Combine(BasePath, "gitproc/fetched");
        File.WriteAllLines(
            times,
            File.ReadAllLines(times)
                .Select(line =>
                    line.EndsWith("pull/3/head", StringComparison.Ordinal)
                        ? line
                        : $"{DateTimeOffset.UtcNow.AddDays(-40).ToUnixTimeMilliseconds()} {line.Split(' ')[1]}"));
        var object1 = TestGit.Run(BasePath, "--git-dir", BasePath, "rev-parse", "refs/gitproc/fetched/pull/1/head");

        Assert.Contains("1 refs", Assert.Single(_pool.Pool.Care.Repair()), StringComparison.Ordinal);

        Assert.Equal(
            "refs/gitproc/fetched/pull/2/head\nrefs/gitproc/fetched/pull/3/head",
            TestGit.Run(BasePath, "--git-dir", BasePath, "for-each-ref", "--format=%(refname)", "refs/gitproc/fetched")
        );
        Assert.Equal("commit", TestGit.Run(BasePath, "--git-dir", BasePath, "cat-file", "-t", object1));
        _pool.Release(held);
        Assert.Empty(_pool.Pool.Rescues.List(null, _pool.Home));
        Assert.Equal(object1, _pool.Acquire(_pool.Request() with { Ref = "refs/pull/1/head" }).Commit);
    }

    [Fact]
    public void Hooks_that_a_job_leaves_where_jobs_share_are_not_run()
    {
        var linked = _pool.Acquire(_pool.Request() with { Kind = CheckoutKind.Worktree });
        foreach (var folder in (string[])["gitproc/no-hooks", "hooks", "no-hooks"])
        {
            Directory.CreateDirectory(Path.Combine(BasePath, folder));
            TestGit.WriteScript(
                Path.Combine(BasePath, folder, "reference-transaction"), $"#!/bin/sh\ntouch '{_pool["canary"]}'\n");
        }

        Push("new");
        _pool.Acquire(Fetching);
        _pool.Release(linked);
        Assert.False(File.Exists(_pool["canary"]));
    }

    private void AssertHealed() =>
        Assert.Contains(
            _pool.Reports,
            report => report.Kind == ReportKind.Warning && report.Text.Contains("healed", StringComparison.Ordinal));

    private void AssertWhole(Checkout checkout)
    {
        Assert.Equal("", TestGit.Run(checkout.Path, "status", "--short"));
        Assert.Equal(
            TestGit.Run(_pool.Source, "ls-tree", "-r", checkout.Commit!),
            TestGit.Run(checkout.Path, "ls-tree", "-r", "HEAD"));
        for (var i = 0; i < 3; i++)
            Assert.Equal($"content {i}\n", File.ReadAllText(Path.Combine(checkout.Path, $"file-{i}.txt")));
        TestGit.Run(checkout.Path, "fsck", "--no-dangling", "--connectivity-only");
    }

    private string Push(string name)
    {
        File.WriteAllText(Path.Combine(_pool.Source, name + ".txt"), name);
        TestGit.Run(_pool.Source, "add", ".");
        TestGit.Run(_pool.Source, "commit", "--quiet", "-m", name);
        return TestGit.Run(_pool.Source, "rev-parse", "HEAD");
    }

    // As small fetches leave it.
    private void Loosen()
    {
        var packs = Path.Combine(BasePath, "objects/pack");
        foreach (var pack in Directory.EnumerateFiles(packs, "*.pack").ToList())
        {
            File.Move(pack, _pool["pack"], overwrite: true);
            foreach (var file in Directory.EnumerateFiles(packs))
                File.Delete(file);
            var start = new System.Diagnostics.ProcessStartInfo(
                "sh",
                ["-c", $"git --git-dir '{BasePath}' unpack-objects -q < '{_pool["pack"]}'"]);
            using var process = System.Diagnostics.Process.Start(start)!;
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
        }
    }

    private void Damage(string id, string how, bool isPacked = false)
    {
        if (isPacked)
            Loosen();
        var file = Path.Combine(BasePath, "objects", id[..2], id[2..]);
        File.Delete(file);
        switch (how)
        {
            case "empty":
                File.WriteAllText(file, "");
                break;
            case "garbage":
                File.WriteAllText(file, "garbage, and no object of anybody's");
                break;
            case "another":
                using (
                    var stream = new System.IO.Compression.ZLibStream(
                        File.Create(file), System.IO.Compression.CompressionLevel.Fastest))
                    stream.Write("blob 5\0evil\n"u8);
                break;
            default:
                break;
        }
    }

    private void DamagePack(string how, string id)
    {
        var index = Directory.EnumerateFiles(Path.Combine(BasePath, "objects/pack"), "*.idx").Single();
        var pack = Path.ChangeExtension(index, ".pack");
        var content = File.ReadAllBytes(pack);
        foreach (var file in (string[])[pack, index])
            new FileInfo(file).IsReadOnly = false;
        switch (how)
        {
            case "empty":
                File.WriteAllText(pack, "");
                break;
            case "cut":
                File.WriteAllBytes(pack, content[..(content.Length / 2)]);
                break;
            case "garbled":
                var line = TestGit
                    .Run(BasePath, "--git-dir", BasePath, "verify-pack", "-v", index)
                    .Split('\n')
                    .Single(line => line.StartsWith(id, StringComparison.Ordinal));
                var offset = int.Parse(
                    line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4],
                    System.Globalization.CultureInfo.InvariantCulture);
                for (var i = 3; i < 10; i++)
                    content[offset + i] ^= 0xFF;
                File.WriteAllBytes(pack, content);
                break;
            case "no index":
                File.WriteAllText(index, "");
                break;
            default:
                File.Delete(pack);
                break;
        }
    }
}
