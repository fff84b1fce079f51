using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>What is checked out, by what one may call it.</summary>
public sealed class RefTests : IDisposable
{
    private readonly PoolFixture _pool = new();
    private readonly string _first;
    private readonly string _second;

    public RefTests()
    {
        _first = Commit("HEAD");
        TestGit.Run(_pool.Source, "tag", "-a", "annotated", "-m", "annotated");
        TestGit.Run(_pool.Source, "switch", "--quiet", "-c", "feature/one");
        File.WriteAllText(Path.Combine(_pool.Source, "feature.txt"), "feature\n");
        TestGit.Run(_pool.Source, "add", ".");
        TestGit.Run(_pool.Source, "commit", "--quiet", "-m", "feature");
        _second = Commit("HEAD");
        TestGit.Run(_pool.Source, "switch", "--quiet", "main");
    }

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData(null, "main", 1)]
    [InlineData("HEAD", "main", 1)]
    [InlineData("main", "main", 1)]
    [InlineData("feature/one", "feature/one", 2)]
    [InlineData("refs/heads/feature/one", "feature/one", 2)]
    [InlineData("origin/feature/one", null, 2)]
    [InlineData("refs/remotes/origin/feature/one", null, 2)]
    [InlineData("v1", null, 1)]
    [InlineData("refs/tags/v1", null, 1)]
    [InlineData("annotated", null, 1)]
    [InlineData("feature/one~1", null, 1)]
    [InlineData("feature/one:mine", "mine", 2)]
    [InlineData("+refs/tags/v1:refs/heads/mine", "mine", 1)]
    public void It_is_found_in_a_new_and_in_a_free_checkout(string? name, string? branch, int commit)
    {
        var other = name == "v1" ? "feature/one" : "v1";
        for (var i = 0; i < 2; i++)
        {
            var checkout = _pool.Acquire(_pool.Request() with { Ref = name });
            Assert.Equal("checkout-1", checkout.Name);
            Assert.Equal(branch, checkout.Branch);
            Assert.Equal(commit == 1 ? _first : _second, checkout.Commit);
            Assert.Equal(checkout.Commit, TestGit.Run(checkout.Path, "rev-parse", "HEAD"));
            Assert.Equal(branch ?? "HEAD", TestGit.Run(checkout.Path, "rev-parse", "--abbrev-ref", "HEAD"));
            Assert.Equal("", TestGit.Run(checkout.Path, "status", "--short"));
            Assert.Equal(commit == 2, File.Exists(Path.Combine(checkout.Path, "feature.txt")));
            if (branch is not null and not "mine")
                Assert.Equal(
                    $"origin/{branch}", TestGit.Run(checkout.Path, "rev-parse", "--abbrev-ref", "@{upstream}"));
            _pool.Release(checkout);
            _pool.Release(_pool.Acquire(_pool.Request() with { Ref = other }));
        }
    }

    [Fact]
    public void A_commit_is_found_by_its_id_long_or_short()
    {
        foreach (var id in (string[])[_second, _second[..8]])
        {
            var checkout = _pool.Acquire(_pool.Request() with { Ref = id });
            Assert.Equal((null, _second), (checkout.Branch, checkout.Commit));
            _pool.Release(checkout);
        }
    }

    [Fact]
    public void A_new_branch_begins_there()
    {
        var checkout = _pool.Acquire(_pool.Request() with { Ref = "feature/one", NewBranch = "topic" });
        Assert.Equal(("topic", _second), (checkout.Branch, checkout.Commit));
        Assert.Equal("", TestGit.Run(checkout.Path, "for-each-ref", "--format=%(upstream)", "refs/heads/topic"));
    }

    [Fact]
    public void A_request_to_merge_is_fetched_by_its_own_name()
    {
        TestGit.Run(_pool.Source, "update-ref", "refs/pull/123/head", _second);
        var checkout = _pool.Acquire(_pool.Request() with { Ref = "refs/pull/123/head" });
        Assert.Equal((null, _second), (checkout.Branch, checkout.Commit));
        _pool.Release(checkout);

        TestGit.Run(_pool.Source, "update-ref", "refs/pull/123/head", _first);
        Assert.Equal(_first, _pool.Acquire(_pool.Request() with { Ref = "refs/pull/123/head" }).Commit);
    }

    [Fact]
    public void A_branch_goes_before_a_tag_of_its_name()
    {
        TestGit.Run(_pool.Source, "tag", "feature/one", _first);
        Assert.Equal(_second, _pool.Acquire(_pool.Request() with { Ref = "feature/one" }).Commit);
    }

    [Theory]
    [InlineData("nothing", null, ErrorReason.RefNotFound)]
    [InlineData("refs/pull/9/head", null, ErrorReason.RefNotFound)]
    [InlineData("0123456789012345678901234567890123456789", null, ErrorReason.RefNotFound)]
    [InlineData("refs/heads/../../config", null, ErrorReason.RefNotFound)]
    [InlineData("--upload-pack=x", null, ErrorReason.InvalidRef)]
    [InlineData(" ", null, ErrorReason.InvalidRef)]
    [InlineData("main:a..b", null, ErrorReason.InvalidRef)]
    [InlineData("main:x", "y", ErrorReason.InvalidRef)]
    [InlineData(null, "-x", ErrorReason.InvalidRef)]
    [InlineData(null, "a b", ErrorReason.InvalidRef)]
    [InlineData(null, "x.lock", ErrorReason.InvalidRef)]
    public void What_is_not_there_or_no_name_is_refused_and_changes_nothing(
        string? name, string? newBranch, ErrorReason reason)
    {
        _pool.Release(_pool.Acquire());
        var before = _pool.Query<long>("SELECT count(*) FROM event");
        var error = Assert.Throws<GitprocException>(() =>
            _pool.Acquire(_pool.Request() with { Ref = name, NewBranch = newBranch }));
        Assert.Equal(reason, error.Reason);
        Assert.Contains((name ?? newBranch)!.Split(':')[^1], error.Message, StringComparison.Ordinal);
        Assert.Equal(before, _pool.Query<long>("SELECT count(*) FROM event"));
        Assert.Equal(CheckoutState.Free, Assert.Single(_pool.List()).State);
    }

    [Fact]
    public void One_that_is_at_the_commit_is_preferred()
    {
        var (main, feature) = (_pool.Acquire(), _pool.Acquire(_pool.Request() with { Ref = "feature/one" }));
        _pool.Release(feature);
        _pool.Release(main);
        var again = _pool.Acquire(_pool.Request() with { Ref = "feature/one" });
        _pool.Release(again);
        _pool.Reports.Clear();
        // A release brings it to the default branch: all are there.
        Assert.Equal(again.Name, _pool.Acquire().Name);
        Assert.Empty(_pool.Reports);
    }

    private string Commit(string revision) => TestGit.Run(_pool.Source, "rev-parse", revision);
}
