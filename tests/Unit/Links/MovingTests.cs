using System.Text.Json;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Links;

/// <summary>Light-weight checkouts and base repositories that are moved, by real renames.</summary>
public sealed class MovingTests : IDisposable
{
    private const string Works =
        "git status --porcelain; git log -1 --format=%s; echo x >> a; git commit -qam moved; git fsck --no-progress";

    private readonly LinkFixture _user = new();

    public void Dispose() => _user.Dispose();

    [Theory]
    [InlineData("mv p/work p/renamed", "p/renamed")]
    [InlineData("mv p q", "q/work")]
    [InlineData("mkdir new; mv r p new/", "new/p/work")]
    [InlineData("mkdir sibling; mv p/work sibling/", "sibling/work")]
    [InlineData("mv p/work r/inside", "r/inside")]
    public void Git_works_at_once_where_the_relative_path_is_the_same(string move, string now)
    {
        _user.Run("gitproc link p/work todo --base r; cd p/work; echo staged > d/b; git add d/b");
        _user.Run(move);
        Assert.Equal("M  d/b", _user.Run($"git -C {now} status --porcelain"));
        _user.Run($"cd {now}; {Works}");
        // What the base repository knows of it is brought up to date.
        _user.Run($"cd {now}; gitproc link repair");
        using var links = JsonDocument.Parse(_user.Run($"cd {now}; gitproc link list --json"));
        Assert.Contains(
            Path.GetFullPath($"{_user["w"]}/{now}"),
            links.RootElement.EnumerateArray().Select(link => link.GetProperty("path").GetString()));
        Assert.Contains(
            $"{UnixTools.Slashes(_user["w"])}/{now} ",
            _user.Run($"cd {now}; git worktree list"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mkdir -p x/y; mv p/work x/y/", "x/y/work", "gitproc link repair x/y/work")]
    [InlineData("mv p/work .", "work", "cd work; gitproc link repair")]
    [InlineData("mkdir x; mv r x/r", "p/work", "cd x/r; gitproc link repair")]
    [InlineData(
        "mkdir x; mv r x/r; echo 'Gitdir = x/r' > l; grep Id p/work/.gitlink >> l; cp l p/work/.gitlink",
        "p/work",
        "gitproc link repair p/work"
    )]
    [InlineData("mv p/work r/d/", "r/d/work", "cd r/d/work/d; gitproc link repair")]
    public void Elsewhere_one_repair_leads_it_back(string move, string now, string repair)
    {
        _user.Run("gitproc link p/work todo --base r; cd p/work; echo staged > d/b; git add d/b");
        _user.Run(move);
        _user.Run($"! git -C {now} rev-parse HEAD 2> /dev/null");
        _user.Run(repair);
        Assert.Equal("M  d/b", _user.Run($"git -C {now} status --porcelain"));
        _user.Run($"cd {now}; {Works}; test -z \"$(grep {_user["w"]} .git .gitlink)\"");
        _user.Run($"cd {now}; cd \"$(git rev-parse --git-common-dir)\"; cd ..; test -z \"$(git status --porcelain)\"");
    }

    // What the proposal left open: "with changing name, we have possibly lost our index and HEAD".
    [Fact]
    public void Without_a_name_the_state_is_found_by_what_the_file_recorded()
    {
        _user.Run("mkdir r/todo; touch r/todo/.gitlink; cd r/todo; gitproc checkout todo; echo staged > a; git add a");
        _user.Run("mkdir r/far; mv r/todo r/far/away; cd r/far/away; rm .git; gitproc link repair");
        Assert.Equal("M  a", _user.Run("git -C r/far/away status --porcelain"));
        Assert.Contains("\"name\":\"far/away\"", _user.Run("cd r; gitproc link list --json"), StringComparison.Ordinal);
        // Its old name is free for another one.
        _user.Run("cd r; gitproc link todo -b other; git -C todo status; git -C far/away status");
    }

    [Fact]
    public void An_explicit_name_stays()
    {
        _user.Run("gitproc link p/work todo --base r --name mine; mv p/work deep; cd deep; gitproc link repair");
        Assert.Contains("\"name\":\"mine\"", _user.Run("cd r; gitproc link list --json"), StringComparison.Ordinal);
        Assert.Contains("Name: mine", _user.Run("cat deep/.gitlink"), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_gits_read_the_repository_as_before()
    {
        var before = _user.Run("cat r/.git/config");
        _user.Run("gitproc link p/work todo --base r; mv p q; gitproc link repair q/work");
        Assert.Equal(before, _user.Run("cat r/.git/config"));
        // What git before 2.48 expects there.
        Assert.Equal(UnixTools.Slashes(_user["w/q/work/.git"]), _user.Run("cat r/.git/worktrees/p-work/gitdir"));
        _user.Run("test -z \"$(git -C r worktree prune --dry-run --expire=now)\"");
    }

    [Fact]
    public void A_copy_is_no_checkout_of_its_own()
    {
        _user.Run("gitproc link work todo --base r; cp -r work copy");
        Assert.Contains("is a copy of", _user.Fail("gitproc link repair copy"), StringComparison.Ordinal);
        _user.Run("rm -rf work; gitproc link repair copy; git -C copy status");
    }

    [Fact]
    public void Two_candidates_or_none_are_named()
    {
        _user.Run(
            "mkdir p x; gitproc link p/work todo --base r; mkdir -p q; cp -r r q/r; mv p/work q/work; rm q/work/.git; mv r x/; mv x/r r"
        );
        var error = _user.Fail("gitproc link repair q/work");
        Assert.Contains($"{_user["w/q/r"]} or {_user["w/r"]}", error, StringComparison.Ordinal);

        _user.Run("rm -rf q/r; mv r unknown");
        error = _user.Fail("gitproc link repair q/work");
        Assert.Contains($"Looked at {_user["w/q/work/r"]}", error, StringComparison.Ordinal);
        Assert.Contains(_user["w/r.git"], error, StringComparison.Ordinal);
    }
}
