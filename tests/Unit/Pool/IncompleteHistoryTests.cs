using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>
/// Jobs that fetch less than everything into their checkouts: the base repository stays whole, and their work is
/// rescued all the same.
/// </summary>
public sealed class IncompleteHistoryTests : IDisposable
{
    // What is on the remote when the checkout is acquired, and what comes later.
    private const string Files = "for i in 1 2 3; do echo $i > a; echo $i > b; git add .; git commit -qm $i; done";
    private const string Later =
        "for i in 4 5 6; do echo $i > a; echo $i > b; git -C $SOURCE --work-tree=$PWD commit -qam $i; done; git checkout -q .; git -C $SOURCE update-ref refs/pull/1/head HEAD;";

    private readonly UserFixture _user = new();

    public IncompleteHistoryTests()
    {
        _user.MakeSource(Files);
        _user.Config("[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n");
    }

    public void Dispose() => _user.Dispose();

    [Theory]
    [InlineData("git fetch -q --depth=1")]
    [InlineData(Later + "git fetch -q --depth=1; git reset -q --hard origin/main")]
    [InlineData(Later + "git fetch -q --depth=2; git fetch -q --deepen=1; git fetch -q --unshallow")]
    [InlineData("git fetch -q --shallow-since=2000-01-01; git checkout -q --detach HEAD~")]
    [InlineData(Later + "git fetch -q --filter=blob:none; git reset -q --hard origin/main")]
    [InlineData(Later + "git fetch -q --filter=tree:0; git checkout -q --detach origin/main")]
    [InlineData("git sparse-checkout set --cone nothing; git config extensions.partialClone origin")]
    public void What_was_fetched_is_no_work(string job)
    {
        _user.Round(job, isWork: false);
        AssertBaseIsWhole();
    }

    [Theory]
    [InlineData("git fetch -q --depth=1; echo x > a; git commit -qam mine; echo y > b")]
    [InlineData(
        Later
            + "git fetch -q --depth=1; git reset -q --hard origin/main; echo x > a; git commit -qam mine; git tag -am note t; echo y > b; git add b"
    )]
    [InlineData(
        Later + "git fetch -q --depth=1 origin refs/pull/1/head; git checkout -q FETCH_HEAD; echo x > a; git stash -q"
    )]
    [InlineData(
        Later
            + "git fetch -q --depth=2 origin; git checkout -q -b mine --track origin/main; git commit -q --allow-empty -m mine; echo z > b"
    )]
    [InlineData(
        Later
            + "git fetch -q --filter=blob:none; git reset -q --hard origin/main; echo x > a; git commit -qam mine; echo y > b"
    )]
    [InlineData(
        Later
            + "git fetch -q --filter=tree:0; git checkout -q --detach origin/main; echo x > a; git commit -qam mine; echo y > b"
    )]
    public void Work_on_top_of_it_comes_back(string job)
    {
        var restored = _user.Round(job);
        AssertBaseIsWhole();
        _user.Git(restored!, "fsck", "--connectivity-only");
        _user.Release(restored!);
        AssertBaseIsWhole();

        var newest = _user.Acquire("--fetch");
        Assert.Equal(_user.Git(_user.Source, "log", "--format=%H"), _user.Git(newest, "log", "--format=%H"));
    }

    /// <summary>Trees that git refuses to check out, or to believe, whatever its settings.</summary>
    public static TheoryData<string> Refused { get; } = new()
    {
        @"100644 .GIT",
        @"100644 git~1",
        @"100644 .g\342\200\214it",
        @"100644 ..",
        @"120000 .gitmodules",
        @"100644 .gitmodules [submodule ""../x""]\n\tpath = x\n\turl = https://example.com/x\n",
        @"100644 .gitmodules [submodule ""x""]\n\tpath = x\n\turl = --upload-pack=x\n",
        @"100644 .gitmodules [submodule ""x""]\n\tpath = -x\n\turl = https://example.com/x\n",
        @"100644 .gitmodules [submodule ""x""]\n\tpath = x\n\turl = https://example.com/x\n\tupdate = !x\n",
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_git_refuses_to_check_out_is_kept_as_files(string entry)
    {
        var parts = entry.Split(' ', 3);
        var blob = parts.Length == 2 ? "git rev-parse HEAD:a" : $"printf '{parts[2]}' | git hash-object -w --stdin";
        var restored = _user.Round(
            $"""git branch bad $(printf "{parts[0]} blob $({blob})\t{parts[1]}\n" | git mktree | xargs git commit-tree -p HEAD -m bad); echo x > a; git commit -qam mine"""
        );

        var rescue = Assert.Single(Directory.EnumerateDirectories(_user["pool/rescues"]));
        Assert.ThrowsAny<Exception>(() =>
            _user.Git(rescue, "cat-file", "-e", _user.Git(restored!, "rev-parse", "bad^{tree}")));
        Assert.Equal("bad", _user.Git(restored!, "log", "-1", "--format=%s", "bad"));
        Assert.Equal("mine", _user.Git(restored!, "log", "-1", "--format=%s"));
    }

    [Fact]
    public void A_checkout_that_is_at_what_git_refuses_comes_back_with_a_word_on_it()
    {
        var path = _user.Acquire();
        _user.Run(
            path,
            """git update-ref HEAD $(printf "100644 blob $(git rev-parse HEAD:a)\t.GIT\n" | git mktree | xargs git commit-tree -p HEAD -m bad); echo x > new"""
        );
        var result = _user.Try("release", path);
        Assert.Contains(
            "has commits that git refuses, so its objects are kept as files: error: object ",
            result.Error,
            StringComparison.Ordinal);
        Assert.Contains("hasDotgit", result.Error, StringComparison.Ordinal);
        var restored = _user.Restore(Assert.Single(_user.Rescues()));
        Assert.Equal("bad", _user.Git(restored, "log", "-1", "--format=%s"));
        Assert.Equal("x\n", File.ReadAllText(Path.Combine(restored, "new")));
        Assert.True(File.Exists(Path.Combine(restored, "a")));
    }

    [Theory]
    [InlineData("nobody 1 +0000")]
    [InlineData("a <a> 01 +0000")]
    public void What_only_strict_checks_refuse_is_kept_as_commits(string author)
    {
        var restored = _user.Round(
            $"git branch old $(printf 'tree %s\\nauthor {author}\\ncommitter {author}\\n\\nold\\n' $(git rev-parse HEAD^{{tree}}) | git hash-object -w --literally -t commit --stdin)"
        );
        var rescue = Assert.Single(Directory.EnumerateDirectories(_user["pool/rescues"]));
        _user.Git(rescue, "cat-file", "-e", _user.Git(restored!, "rev-parse", "old"));
    }

    [Fact]
    public void A_partial_clone_is_refused_as_it_lacks_objects()
    {
        _user.Git(
            _user.Home,
            "clone",
            "--quiet",
            "--no-checkout",
            "--filter=blob:none",
            $"file://{_user.Source}",
            _user["partial"]);
        // Newer git does not let it fetch them on somebody else's behalf (git-upload-pack(1), GIT_NO_LAZY_FETCH).
        Directory.Move(_user.Source, _user["gone"]);
        var result = _user.Try("acquire", _user["partial"]);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains($"git clone of {_user["partial"]} failed", result.Error, StringComparison.Ordinal);
        Assert.Contains("promisor remote", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_who_likes_partial_clones_has_a_whole_base()
    {
        _user.Config(
            "[remote \"origin\"]\n\tpromisor = true\n\tpartialclonefilter = blob:none\n[clone]\n\tfilterSubmodules = true\n\trejectShallow = true\n[fetch]\n\tpruneTags = true\n"
        );
        _user.Round("echo x > a; git commit -qam mine; echo y > b");
        AssertBaseIsWhole();
    }

    private void AssertBaseIsWhole()
    {
        Assert.False(File.Exists(Path.Combine(_user.Base, "shallow")));
        Assert.Equal(
            "",
            _user.Git(_user.Base, "-c", "remote.origin.promisor=false", "rev-list", "--objects", "--all", "--quiet"));
    }
}
