using System.Diagnostics;
using Gitproc.Reports;
using Gitproc.Repositories;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>
/// Pull requests of github.com and gitlab.com, by real git over an ssh that leads to folders of this machine, and by
/// small programs in the place of gh and glab.
/// </summary>
public sealed class PullRequestTests : IDisposable
{
    private const string Repository = "git@github.com:owner/repo.git";

    private readonly PoolFixture _pool = new();
    private readonly string _main;
    private readonly string _fix;

    public PullRequestTests()
    {
        Directory.CreateDirectory(Programs);
        TestGit.WriteScript(_pool["ssh"], $"#!/bin/sh\nfor last; do :; done\ncd '{_pool["host"]}' && eval \"$last\"\n");
        File.WriteAllText(
            Path.Combine(_pool.Home, ".gitconfig"),
            $"[core]\n\tsshCommand = {UnixTools.Slashes(_pool["ssh"])}\n[ssh]\n\tvariant = simple\n[push]\n\tdefault = nothing\n");
        _main = TestGit.Run(_pool.Source, "rev-parse", "HEAD");
        TestGit.Run(_pool.Source, "switch", "--quiet", "-c", "fix");
        _fix = _pool.Commit("fix");
        TestGit.Run(_pool.Source, "switch", "--quiet", "main");
        TestGit.Run(_pool.Source, "branch", "--quiet", "--move", "fix", "theirs");
        foreach (var owner in new[] { "owner", "octocat" })
            TestGit.Run(_pool.Home, "clone", "--quiet", "--bare", _pool.Source, _pool[$"host/{owner}/repo.git"]);
        TestGit.Run(Base, "update-ref", "refs/pull/123/head", _fix);
        TestGit.Run(Base, "update-ref", "refs/merge-requests/123/head", _fix);
        TestGit.Run(Base, "update-ref", "-d", "refs/heads/theirs");
        TestGit.Run(Fork, "update-ref", "refs/heads/fix", _fix);
    }

    public void Dispose() => _pool.Dispose();

    private string Base => _pool["host/owner/repo.git"];

    private string Fork => _pool["host/octocat/repo.git"];

    private string Programs => _pool["programs"];

    private string Calls => File.Exists(_pool["calls"]) ? File.ReadAllText(_pool["calls"]) : "";

    [Fact]
    public void A_push_goes_back_to_the_fork_and_a_pull_takes_from_it()
    {
        GitHub("fix", "octocat");
        var path = Acquire("--pr", "123");

        Assert.Equal(("fix", _fix), (Git(path, "branch", "--show-current"), Git(path, "rev-parse", "HEAD")));
        Assert.Equal("## fix...fork/fix", Git(path, "status", "--short", "--branch"));
        Assert.Contains("pr view 123 --repo github.com/owner/repo --json", Calls, StringComparison.Ordinal);
        var mine = Commit(path, "mine");
        Git(path, "push", "--quiet");
        Assert.Equal(mine, Git(Fork, "rev-parse", "refs/heads/fix"));
        Assert.Equal(_main, Git(Base, "rev-parse", "refs/heads/main"));

        var clone = _pool["theirs"];
        Git(_pool.Home, "clone", "--quiet", "--branch", "fix", Fork, clone);
        var theirs = Commit(clone, "theirs");
        Git(clone, "push", "--quiet", "origin", "fix");
        Git(path, "pull", "--quiet");
        Assert.Equal(theirs, Git(path, "rev-parse", "HEAD"));
    }

    [Fact]
    public void What_was_pushed_to_the_fork_is_saved_and_the_next_holder_has_no_fork()
    {
        GitHub("fix", "octocat");
        var before = Acquire();
        var config = File.ReadAllText(Path.Combine(before, ".git", "config"));
        Release(before);
        var path = Acquire("--pr", "123");
        Assert.Equal(before, path);
        Commit(path, "mine");
        Git(path, "push", "--quiet");

        Assert.DoesNotContain("rescue", Release(path), StringComparison.Ordinal);

        Assert.Equal("", Run("rescue", "list").Output);
        Assert.Equal(path, Acquire());
        Assert.Equal(config, File.ReadAllText(Path.Combine(path, ".git", "config")));
        Assert.Equal("main", Git(path, "for-each-ref", "--format=%(refname:short)", "refs/heads"));
        Assert.DoesNotContain("fork", Git(path, "for-each-ref"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("git push --quiet https://example.com/nowhere 2> /dev/null || git config remote.fork.url /elsewhere")]
    [InlineData("git update-ref refs/remotes/fork/fix HEAD && git config remote.fork.pushurl /elsewhere")]
    public void What_was_not_certainly_pushed_there_is_rescued(string job)
    {
        GitHub("fix", "octocat");
        var path = Acquire("--pr", "123");
        Commit(path, "mine");
        using (var process = Process.Start(new ProcessStartInfo("sh", ["-c", job]) { WorkingDirectory = path })!)
            process.WaitForExit();

        Assert.Contains("rescue", Release(path), StringComparison.Ordinal);
        Assert.Contains("fix", Run("rescue", "list").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_restored_rescue_can_still_be_pushed_to_the_fork()
    {
        GitHub("fix", "octocat");
        var path = Acquire("--pr", "123");
        var mine = Commit(path, "mine");
        Git(path, "config", "remote.fork.receivepack", "false");
        Release(path);

        var restored = Check(Run("rescue", "restore", Check(Run("rescue", "list", "--json")).Split('"')[3]));

        Assert.Equal("fix", Git(restored, "branch", "--show-current"));
        Git(restored, "push", "--quiet");
        Assert.Equal(mine, Git(Fork, "rev-parse", "refs/heads/fix"));
    }

    [Fact]
    public void A_branch_of_the_fork_that_is_named_as_the_default_branch_has_its_owner_before_it()
    {
        Git(Fork, "update-ref", "refs/heads/main", _fix);
        GitHub("main", "octocat");
        var path = Acquire("--pr", "https://github.com/owner/repo/pull/123/files");

        Assert.Equal("octocat/main", Git(path, "branch", "--show-current"));
        var mine = Commit(path, "mine");
        Git(path, "push", "--quiet");
        Assert.Equal(mine, Git(Fork, "rev-parse", "refs/heads/main"));
    }

    [Fact]
    public void A_branch_of_the_repository_itself_is_continued()
    {
        Git(Base, "update-ref", "refs/heads/fix", _fix);
        GitHub("fix", "owner");
        var path = Acquire("--pr", "123");

        Assert.Equal("## fix...origin/fix", Git(path, "status", "--short", "--branch"));
        Assert.DoesNotContain("fork", Git(path, "remote"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_branch_of_a_fork_needs_no_program()
    {
        Git(Fork, "update-ref", "refs/heads/deep/fix", _fix);
        GitHub("other", "other");
        var path = Acquire("--pr", "octocat:deep/fix");

        Assert.Equal("## deep/fix...fork/deep/fix", Git(path, "status", "--short", "--branch"));
        Assert.Equal("", Calls);
        var mine = Commit(path, "mine");
        Git(path, "push", "--quiet");
        Release(path);
        Assert.Equal(mine, Git(Acquire("--pr", "octocat:deep/fix"), "rev-parse", "HEAD"));

        // A branch where a folder of branches was.
        Git(Fork, "update-ref", "-d", "refs/heads/deep/fix");
        Git(Fork, "update-ref", "refs/heads/deep", _main);
        Assert.Equal(_main, Git(Acquire("--pr", "octocat:deep"), "rev-parse", "HEAD"));
        Assert.Contains("octocat:deep/fix", Fail("--pr", "octocat:deep/fix"), StringComparison.Ordinal);
        Assert.Contains("nobody:fix", Fail("--pr", "nobody:fix"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_owner_s_own_branch_is_one_of_the_repository()
    {
        Git(Base, "update-ref", "refs/heads/topic", _fix);
        Assert.Equal("## topic...origin/topic", Git(Acquire("--pr", "Owner:topic"), "status", "--short", "--branch"));
    }

    [Theory]
    [InlineData("exit 1", "gh does not know its branch: exit code 1")]
    [InlineData("echo 'no \u001b[31mway' >&2; exit 4", "gh does not know its branch: no ")]
    [InlineData("echo '[]'", "gh gives another answer than expected")]
    [InlineData("echo 'text'", "gh gives another answer than expected")]
    [InlineData(
        "echo '{\"headRefName\":\"../x\",\"headRepositoryOwner\":{\"login\":\"o\"},\"headRepository\":{\"name\":\"r\"},\"isCrossRepository\":true,\"maintainerCanModify\":true}'",
        "its branch has a name that cannot be used")]
    [InlineData(
        "echo '{\"headRefName\":\"x\",\"headRepositoryOwner\":{\"login\":\"..\"},\"headRepository\":{\"name\":\"r\"},\"isCrossRepository\":true,\"maintainerCanModify\":true}'",
        "its branch has a name that cannot be used")]
    [InlineData(
        "echo '{\"headRefName\":\"x\",\"headRepositoryOwner\":null,\"headRepository\":null,\"isCrossRepository\":true,\"maintainerCanModify\":false}'",
        "the fork that it came from is gone")]
    public void Without_a_branch_HEAD_is_detached_and_a_notice_says_why(string program, string why)
    {
        Program("gh", program);
        var result = Run("acquire", "--pr", "123", Repository);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("you cannot push to it: " + why, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Error);
        Assert.Equal(("", _fix), (
            Git(result.Output, "branch", "--show-current"), Git(result.Output, "rev-parse", "HEAD")));
    }

    [Fact]
    public void An_author_who_lets_nobody_push_is_named()
    {
        GitHub("fix", "octocat", canModify: false);
        Assert.Contains(
            "lets nobody else push to octocat:fix",
            Run("acquire", "--pr", "123", Repository).Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void No_program_is_asked_without_need()
    {
        GitHub("fix", "octocat");
        Release(Acquire("--ref", "refs/pull/123/head"));
        Assert.Equal("mine", Git(Acquire("--pr", "123", "--new-branch", "mine"), "branch", "--show-current"));
        Assert.Equal("", Git(Acquire("--pr", "123", "--no-fetch"), "branch", "--show-current"));
        Assert.Equal("", Calls);
    }

    [Fact]
    public void A_worktree_shares_its_branches_and_has_none()
    {
        GitHub("fix;$(reboot)", "octocat");
        var result = Run("acquire", "--pr", "123", "--kind", "worktree", Repository);

        Assert.Equal("", Git(result.Output, "branch", "--show-current"));
        Assert.Contains(
            "git push 'git@github.com:octocat/repo.git' 'HEAD:refs/heads/fix;$(reboot)'",
            result.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_merge_request_of_GitLab_is_asked_of_glab()
    {
        const string repository = "git@gitlab.com:owner/repo.git";
        Program(
            "glab",
            """
            case "$1" in
              mr) echo '{"source_branch":"fix","source_project_id":7,"target_project_id":1}' ;;
              api) echo '{"path_with_namespace":"octocat/repo"}' ;;
            esac
            """);
        var path = Check(Run("acquire", repository, "--pr", "https://gitlab.com/owner/repo/-/merge_requests/123"));

        Assert.Equal("## fix...fork/fix", Git(path, "status", "--short", "--branch"));
        Assert.Equal("git@gitlab.com:octocat/repo.git", Git(path, "remote", "get-url", "fork"));
        Assert.Contains(
            "mr view 123 --repo https://gitlab.com/owner/repo --output json", Calls, StringComparison.Ordinal);
        Assert.Contains("api projects/7 --hostname gitlab.com", Calls, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_leads_to_the_repository_as_the_pool_has_it()
    {
        GitHub("fix", "octocat");
        Release(Acquire());
        var path = Check(Run("acquire", "https://github.com/owner/repo/pull/123"));

        Assert.Equal(Repository, Git(path, "remote", "get-url", "origin"));
        Assert.Equal("fix", Git(path, "branch", "--show-current"));
    }

    [Fact]
    public void A_host_says_by_its_refs_what_it_is()
    {
        foreach (var name in new[]
            {
                "refs/merge-requests/7/head", "refs/pull-requests/8/from", "refs/pull/9/merge", "refs/pull/10/head",
            })
        {
            TestGit.Run(_pool.Source, "update-ref", name, _fix);
            var checkout = _pool.AcquireAndRelease(_pool.Request() with { PullRequest = name.Split('/')[2] });
            Assert.Equal((null, _fix), (checkout.Branch, checkout.Commit));
        }

        var error = Assert.Throws<GitprocException>(() => _pool.Acquire(_pool.Request() with { PullRequest = "11" }));
        Assert.Equal((ErrorReason.RefNotFound, "11"), (error.Reason, error.Target));
        TestGit.Run(_pool.Source, "update-ref", "-d", "refs/merge-requests/7/head");
        Assert.Equal(
            _fix,
            _pool.Acquire(_pool.Request() with { PullRequest = "7", Fetch = FetchPolicy.Never }).Commit);
    }

    [Fact]
    public void It_is_checked_against_what_is_expected()
    {
        GitHub("fix", "octocat");
        Assert.Contains(_main[..7], Fail("--pr", "123", "--expect", _main[..7]), StringComparison.Ordinal);
        Assert.Equal("fix", Git(Acquire("--pr", "123", "--expect", _fix), "branch", "--show-current"));
    }

    [Fact]
    public void Each_of_several_has_the_branch()
    {
        GitHub("fix", "octocat");
        foreach (var path in Check(Run("acquire", "--pr", "123", "--count", "2", Repository)).Split('\n'))
            Assert.Equal("fix", Git(path.Trim(), "branch", "--show-current"));
    }

    [Theory]
    [InlineData("x", null, null, ErrorReason.InvalidRef)]
    [InlineData("0", null, null, ErrorReason.InvalidRef)]
    [InlineData("-1", null, null, ErrorReason.InvalidRef)]
    [InlineData("../x:y", null, null, ErrorReason.InvalidRef)]
    [InlineData("a:b:c", null, null, ErrorReason.InvalidRef)]
    [InlineData("a:--upload-pack", null, null, ErrorReason.InvalidRef)]
    [InlineData("https://user:secret@github.com/owner/repo", null, null, ErrorReason.InvalidRef)]
    [InlineData("1", "main", null, ErrorReason.ConflictingOptions)]
    [InlineData("1", null, "https://github.com/owner/repo/pull/2", ErrorReason.ConflictingOptions)]
    [InlineData("https://github.com/owner/repo/pull/2", null, "github.com/owner/other", ErrorReason.UnknownRepository)]
    [InlineData(
        "https://github.com/owner/repo/pull/2", null, "https://github.com/owner/x", ErrorReason.ConflictingOptions)]
    [InlineData("https://bitbucket.org/owner/repo/pull-requests/2", null, "", ErrorReason.RefNotFound)]
    public void What_makes_no_sense_is_refused(string pull, string? name, string? repository, ErrorReason reason)
    {
        var error = Assert.Throws<GitprocException>(() => _pool.Acquire(_pool.Request() with
        {
            PullRequest = pull,
            Ref = name,
            Repository = repository is "" ? null : repository ?? _pool.Source,
        }));
        Assert.Equal(reason, error.Reason);
        Assert.DoesNotContain("secret", error.Message + error.Target, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://github.com/o/r/pull/12", "https://github.com/o/r", "refs/pull/12/head")]
    [InlineData("https://t@ghe.example.com/o/r/pull/12/files?w=1#x", "https://t@ghe.example.com/o/r", "refs/pull/12/head")]
    [InlineData("https://gitlab.com/a/b/c/-/merge_requests/3/diffs", "https://gitlab.com/a/b/c", "refs/merge-requests/3/head")]
    [InlineData("https://codeberg.org/o/r/pulls/4", "https://codeberg.org/o/r", "refs/pull/4/head")]
    [InlineData("https://dev.azure.com/o/p/_git/r/pullrequest/5", "https://dev.azure.com/o/p/_git/r", "refs/pull/5/merge")]
    [InlineData("https://o.visualstudio.com/p/_git/r/pullrequest/5?_a=files", "https://o.visualstudio.com/p/_git/r", "refs/pull/5/merge")]
    [InlineData("https://b.example.com/projects/K/repos/r/pull-requests/6/overview", "https://b.example.com/scm/K/r.git", "refs/pull-requests/6/from")]
    [InlineData("https://b.example.com/x/users/u/repos/r/pull-requests/6", "https://b.example.com/x/scm/~u/r.git", "refs/pull-requests/6/from")]
    [InlineData("https://bitbucket.org/o/r/pull-requests/7", "https://bitbucket.org/o/r", null)]
    [InlineData("https://github.com/o/r", null, null)]
    [InlineData("https://github.com/o/r/pull/x", null, null)]
    [InlineData("https://github.com/o/r/pull/12345678901234567890", null, null)]
    [InlineData("https://github.com/o/r/s/pull/1", null, null)]
    [InlineData("git@github.com:o/r/pull/1", null, null)]
    public void A_page_names_repository_and_ref(string url, string? repository, string? name)
    {
        var page = PullRequestPage.TryParse(url);
        Assert.Equal((repository, name), (page?.Repository, page?.Ref?.Name));
    }

    [Theory]
    [InlineData("https://github.com/owner/repo", "https://github.com/octo/repo")]
    [InlineData("https://github.com/owner/repo.git/", "https://github.com/octo/repo.git")]
    [InlineData("https://gitlab.com/a/b/repo.git", "https://gitlab.com/octo/repo.git")]
    [InlineData("ssh://git@host:22/owner/repo", "ssh://git@host:22/octo/repo")]
    [InlineData("git@github.com:owner/repo.git", "git@github.com:octo/repo.git")]
    [InlineData("git@host:/owner/repo", "git@host:/octo/repo")]
    [InlineData("/srv/git/owner/repo", "/srv/git/octo/repo")]
    [InlineData("https://host/repo", null)]
    [InlineData("git@host:repo", null)]
    public void A_fork_is_at_the_same_host(string url, string? fork) =>
        Assert.Equal(fork, ForkAddress.Of(url, "octo", name: null));

    private string Acquire(params string[] options) => Check(Run(["acquire", .. options, Repository]));

    private string Fail(params string[] options)
    {
        var result = Run(["acquire", .. options, Repository]);
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        return result.Error;
    }

    private string Release(string path)
    {
        var result = Run("release", path);
        Check(result);
        return result.Error;
    }

    private GitprocProgram.Result Run(params string[] arguments) => GitprocProgram.Finish(_pool.Program.Start(
        _pool.Home,
        [
            ("PATH", $"{Programs}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}"),
            ("CALLS", _pool["calls"]),
        ],
        arguments[0] == "acquire" ? [.. arguments, "--owner-pid", $"{Environment.ProcessId}"] : arguments));

    private static string Check(GitprocProgram.Result result)
    {
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output;
    }

    private void GitHub(string branch, string owner, bool canModify = true) => Program(
        "gh",
        $$"""
        echo '{"headRefName":"{{branch}}","headRepositoryOwner":{"login":"{{owner}}"},"headRepository":{"name":"repo"},"isCrossRepository":{{(owner == "owner" ? "false" : "true")}},"maintainerCanModify":{{(canModify ? "true" : "false")}}}'
        """);

    private void Program(string name, string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoScripts);
        TestGit.WriteScript(
            Path.Combine(Programs, name), $"#!/bin/sh\necho \"$@\" >> \"$CALLS\"\n{script}\n");
    }

    private string Git(string directory, params string[] arguments) => TestGit.Run(
        directory, [("HOME", _pool.Home), ("XDG_CONFIG_HOME", _pool.Home), ("GIT_CONFIG_NOSYSTEM", "1")], arguments);

    private string Commit(string directory, string name)
    {
        File.WriteAllText(Path.Combine(directory, name), name);
        Git(directory, "add", ".");
        Git(directory, "commit", "--quiet", "-m", name);
        return Git(directory, "rev-parse", "HEAD");
    }
}
