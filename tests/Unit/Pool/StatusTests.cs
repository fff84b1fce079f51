using Gitproc.Files;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>The list with what is so in the work trees.</summary>
public sealed class StatusTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void It_tells_branch_commit_changes_and_distance_as_they_are_now()
    {
        var checkouts = _pool.Pool.Acquiring.Acquire(_pool.Request() with { Count = 5 });
        File.WriteAllText(Path.Combine(checkouts[1].Path, "new.txt"), "");
        Commit(checkouts[2].Path);
        Commit(checkouts[2].Path);
        TestGit.Run(checkouts[3].Path, "checkout", "--quiet", "-b", "local");
        TestGit.Run(checkouts[4].Path, "checkout", "--quiet", "--detach");
        File.Delete(Path.Combine(checkouts[4].Path, "file-0.txt"));

        var status = Status();

        Assert.Equal([false, true, false, false, true], status.Select(checkout => checkout.IsDirty));
        Assert.Equal([0, 0, 2, null, null], status.Select(checkout => checkout.Ahead));
        Assert.Equal([0, 0, 0, null, null], status.Select(checkout => checkout.Behind));
        Assert.Equal(["main", "main", "main", "local", null], status.Select(checkout => checkout.Branch));
        Assert.Equal(TestGit.Run(checkouts[2].Path, "rev-parse", "HEAD"), status[2].Commit);
        Assert.All(_pool.List(), checkout => Assert.Equal((null, null), (checkout.IsDirty, checkout.Ahead)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_pool.Pool.Path, "tmp")));
    }

    [Fact]
    public void Behind_is_what_was_fetched_last()
    {
        var checkout = _pool.Acquire();
        Commit(_pool.Source);
        Assert.Equal((0, 0), (Status()[0].Ahead, Status()[0].Behind));
        _pool.Release(_pool.Acquire(_pool.Request() with { Fetch = FetchPolicy.Always }));
        Commit(checkout.Path);
        Assert.Equal((1, 1), (Status()[0].Ahead, Status()[0].Behind));
    }

    [Fact]
    public void Nothing_that_a_job_has_set_is_run_and_nothing_of_it_is_changed()
    {
        var checkout = _pool.Acquire();
        var mark = _pool["mark"];
        var script = _pool["script.sh"];
        TestGit.WriteScript(script, $"#!/bin/sh\n: > '{mark}'\ncat\n");
        TestGit.Run(checkout.Path, "config", "core.fsmonitor", script);
        TestGit.Run(checkout.Path, "config", "filter.evil.clean", script);
        TestGit.Run(checkout.Path, "config", "core.hooksPath", _pool.Home);
        TestGit.Run(checkout.Path, "config", "core.pager", script);
        TestGit.WriteScript(Path.Combine(checkout.Path, ".git/hooks/post-index-change"), $"#!/bin/sh\n: > '{mark}'\n");
        File.WriteAllText(Path.Combine(checkout.Path, ".gitattributes"), "* filter=evil\n");
        File.WriteAllText(Path.Combine(checkout.Path, "file-0.txt"), "changed, and as long");
        File.SetLastWriteTimeUtc(Path.Combine(checkout.Path, "file-1.txt"), DateTime.UtcNow.AddHours(1));
        File.Delete(mark);
        var index = File.ReadAllBytes(Path.Combine(checkout.Path, ".git/index"));

        Assert.True(Assert.Single(Status()).IsDirty);

        Assert.False(File.Exists(mark));
        Assert.Equal(index, File.ReadAllBytes(Path.Combine(checkout.Path, ".git/index")));
    }

    [Fact]
    public void What_cannot_be_looked_at_has_none()
    {
        var checkouts = _pool.Pool.Acquiring.Acquire(_pool.Request() with { Count = 3 });
        FolderRemoval.Remove(checkouts[0].Path);
        FolderRemoval.Remove(Path.Combine(checkouts[1].Path, ".git"));
        File.WriteAllText(Path.Combine(checkouts[2].Path, ".git/index"), "DIRC");
        Assert.All(Status(), checkout => Assert.Null(checkout.IsDirty));
        FolderRemoval.Remove(Path.Combine(_pool.Pool.Path, "base"));
        Assert.All(Status(), checkout => Assert.Null(checkout.IsDirty));
    }

    [Fact]
    public void The_command_has_a_column_and_json_for_it()
    {
        var checkout = _pool.Acquire();
        File.WriteAllText(Path.Combine(checkout.Path, "new.txt"), "");
        Commit(checkout.Path);
        File.WriteAllText(Path.Combine(checkout.Path, "other.txt"), "");
        var lines = _pool.Program.Run(_pool.Home, "list", "--status").Output.Split('\n');
        Assert.Matches(@"BRANCH\s+STATUS\s+OWNER", lines[0]);
        Assert.Matches(@"main\s+dirty \+1\s", lines[1]);
        Assert.Contains(
            "\"isDirty\":true,\"ahead\":1,\"behind\":0",
            _pool.Program.Run(_pool.Home, "ls", "--status", "--json").Output,
            StringComparison.Ordinal);
        Assert.Contains(
            "\"isDirty\":null,\"ahead\":null,\"behind\":null",
            _pool.Program.Run(_pool.Home, "ls", "--json").Output,
            StringComparison.Ordinal);
    }

    private IReadOnlyList<Checkout> Status() => _pool.Pool.Checkouts.ListWithStatus(repository: null, _pool.Home);

    private static void Commit(string repository)
    {
        File.AppendAllText(Path.Combine(repository, "file-2.txt"), $"more in {repository}\n");
        TestGit.Run(repository, "add", "file-2.txt");
        TestGit.Run(repository, "commit", "--quiet", "--message", "more");
    }
}
