using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Recycling;

/// <summary>Commits that a job undid itself are kept apart, and those that anything still has are not.</summary>
public sealed class UndoneTests : IDisposable
{
    private const string Commit = "echo $RANDOM > new; git add new; git commit -qm mine";

    private readonly RecyclingFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("reset", Commit + "; git rev-parse HEAD > $CANARY; git reset -q --hard HEAD~")]
    [InlineData(
        "reset of two",
        Commit
            + "; echo 2 > two; git add two; git commit -qm two; git rev-parse HEAD > $CANARY; git reset -q --hard HEAD~2"
    )]
    [InlineData(
        "amended",
        Commit
            + "; git rev-parse HEAD > $CANARY; echo other > new; git commit -q --amend -am other; git update-ref refs/remotes/origin/x HEAD"
    )]
    [InlineData(
        "dropped stash", "echo x >> file-0.txt; git stash -q; git rev-parse refs/stash > $CANARY; git stash drop -q"
    )]
    [InlineData(
        "dropped stash and gc",
        "echo x >> file-0.txt; git stash -q; git rev-parse refs/stash > $CANARY; git stash drop -q; git gc -q --cruft || git gc -q"
    )]
    [InlineData(
        "detached HEAD that was left",
        "git checkout -q --detach; " + Commit + "; git rev-parse HEAD > $CANARY; git checkout -q main"
    )]
    [InlineData(
        "deleted branch",
        "git checkout -qb b; " + Commit + "; git rev-parse HEAD > $CANARY; git checkout -q main; git branch -q -D b"
    )]
    [InlineData(
        "fetched from elsewhere",
        "git init -q $SIDE; cd $SIDE; " + Commit + "; git rev-parse HEAD > $CANARY; cd -; git fetch -q $SIDE"
    )]
    [InlineData(
        "without logs",
        "git config core.logAllRefUpdates false; "
            + Commit
            + "; git rev-parse HEAD > $CANARY; git reset -q --hard HEAD~"
    )]
    public void It_is_kept(string what, string script)
    {
        _fixture.Job(script);
        var commit = File.ReadAllText(_fixture.Canary).Trim();

        Assert.Null(Recycle());

        Assert.Empty(_fixture.Told);
        Assert.DoesNotContain(_fixture.Reports, report => report.Kind == ReportKind.Warning);
        var undone = Assert.Single(_fixture.Rescues.List(CancellationToken.None));
        Assert.True(undone.IsUndone, what);
        _fixture.Restore(undone, _fixture.Path);
        Assert.Equal(commit, TestGit.Run(_fixture.Path, "rev-parse", "undone/1"));
        Assert.Equal("main", TestGit.Run(_fixture.Path, "branch", "--show-current"));
        Assert.Equal("", TestGit.Run(_fixture.Path, "status", "--porcelain"));
        Assert.Equal("", TestGit.Run(_fixture.Path, "fsck", "--connectivity-only", "--no-dangling"));
    }

    [Theory]
    [InlineData("nothing", "true")]
    [InlineData("only switched", "git checkout -q origin/other; git checkout -q main; git branch x; git branch -D x")]
    [InlineData(
        "another message", Commit + "; git commit -q --amend -m other; git update-ref refs/remotes/origin/x HEAD"
    )]
    [InlineData(
        "rebased without a change",
        "echo x > new; git add new; git commit -qm x; git commit -q --amend -m y; git rebase -q --force-rebase HEAD~; git update-ref refs/remotes/origin/x HEAD"
    )]
    [InlineData("reset to an older one of the remote", "git reset -q --hard HEAD~; git reset -q --hard origin/main")]
    [InlineData(
        "was on the remote",
        "mkdir -p .git/logs/refs/remotes/origin; "
            + Commit
            + "; h=$(git rev-parse HEAD); echo \"$(git rev-parse HEAD~) $h a <b> 1 +0000\tfetch: fast-forward\" > .git/logs/refs/remotes/origin/x; git reset -q --hard HEAD~"
    )]
    [InlineData("staged only", "echo x > x; git add x; git reset -q --hard")]
    public void It_is_not_kept(string what, string script)
    {
        _fixture.Job(script);
        Recycle();
        Assert.True(_fixture.Rescues.List(CancellationToken.None).Count == 0, what);
    }

    [Fact]
    public void What_was_pushed_and_then_undone_is_kept()
    {
        _fixture.Job(
            "mkdir -p .git/logs/refs/remotes/origin; "
                + Commit
                + "; h=$(git rev-parse HEAD); echo \"$(git rev-parse HEAD~) $h a <b> 1 +0000\tupdate by push\" > .git/logs/refs/remotes/origin/x; git reset -q --hard HEAD~"
        );
        Recycle();
        Assert.True(Assert.Single(_fixture.Rescues.List(CancellationToken.None)).IsUndone);
    }

    [Fact]
    public void It_stands_beside_the_rescue_of_what_was_left()
    {
        _fixture.Job(Commit + "; git reset -q --hard HEAD~; echo x > x");
        var rescue = Recycle();
        Assert.Equal(
            [rescue!.Id, rescue.Id + "-undone"],
            _fixture.Rescues.List(CancellationToken.None).Select(found => found.Id).Order(StringComparer.Ordinal));
        Assert.Equal(rescue, _fixture.Rescues.OfRecycling(rescue.Id, rescue.LeaseId, CancellationToken.None)[^1]);
    }

    [Fact]
    public void It_can_be_switched_off()
    {
        _fixture.Job(Commit + "; git reset -q --hard HEAD~");
        _fixture.Recycle(_fixture.Request() with { KeepsUndone = false });
        Assert.Empty(_fixture.Rescues.List(CancellationToken.None));
    }

    [Fact]
    public void A_warning_names_what_git_does_not_take()
    {
        _fixture.Job("""
            printf 'x' | git hash-object -w --stdin > blob
            tree=$(printf '100644 blob %s\tx\n' "$(cat blob)" | git mktree)
            { printf 'tree %s\nparent %s\nauthor a' "$tree" "$(git rev-parse HEAD)"; printf '\0 <a> 1 +0000\ncommitter a <a> 1 +0000\n\nx\n'; } |
                git hash-object -w -t commit --literally --stdin > $CANARY
            rm blob
            """);
        var commit = File.ReadAllText(_fixture.Canary).Trim();

        Recycle();

        Assert.Empty(_fixture.Rescues.List(CancellationToken.None));
        var warning = Assert.Single(_fixture.Reports, report => report.Kind == ReportKind.Warning);
        Assert.Contains(
            $"{_fixture.Request().Checkout}, which are not kept: git refuses them. The first is {commit}",
            warning.Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_warning_says_that_there_is_too_much_to_keep()
    {
        _fixture.Job(Commit + "; git rev-parse HEAD > $CANARY; git reset -q --hard HEAD~");
        _fixture.Recycle(_fixture.Request() with { KeepsUndone = true, MaxRescueSize = 10 });
        Assert.Empty(_fixture.Rescues.List(CancellationToken.None));
        Assert.Contains(
            "more than the limit of 10 bytes for a rescue",
            Assert.Single(_fixture.Reports, report => report.Kind == ReportKind.Warning).Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_without_commits_costs_no_process()
    {
        _fixture.Recycle();
        var without = _fixture.GitCommands;
        Recycle();
        Assert.Equal(without, _fixture.GitCommands);
    }

    private Rescue? Recycle() => _fixture.Recycle(_fixture.Request() with { KeepsUndone = true });
}
