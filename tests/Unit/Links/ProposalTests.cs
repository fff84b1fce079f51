using Gitproc.Unit.Support;

namespace Gitproc.Unit.Links;

/// <summary>The ".gitlink" proposal: its examples, and each thing it says of the file.</summary>
public sealed class ProposalTests : IDisposable
{
    private readonly LinkFixture _user = new();

    public void Dispose() => _user.Dispose();

    // "Keep a checkout of the todo branch of git.git inside of the checkout of any other branch."
    [Fact]
    public void The_first_example_works_as_it_is_written()
    {
        _user.Run("cd r; mkdir todo; cd todo; touch .gitlink; gitproc checkout todo");
        Assert.Equal("a\nd", _user.Run("cd r/todo; ls"));
        _user.Run(
            "cd r/todo; test -z \"$(git status --porcelain)\"; test $(git branch --show-current) = todo; echo x > x; git add .; git commit -qm x"
        );
        Assert.Equal("main", _user.Run("cd r; test -z \"$(git status --porcelain)\"; git branch --show-current"));
        Assert.Equal("x", _user.Run("git -C r log -1 --format=%s todo --"));
        // "One should be able to use all the normal git commands": here those that change what is checked out.
        _user.Run(
            "cd r/todo; gitproc checkout v1; test -z \"$(git branch --show-current)\"; gitproc checkout -b topic; test $(git branch --show-current) = topic"
        );
    }

    // "Another usage is to keep all your git repositories (looking like bare ones) in one place."
    [Fact]
    public void The_second_example_works_as_it_is_written()
    {
        _user.Run(
            "mkdir -p git-repositories projects/one; git clone -q --bare r git-repositories/base.git; git clone -q --bare r git-repositories/other.git"
        );
        _user.Run(
            "mkdir projects/one/mywork; cd projects/one/mywork; echo 'Gitdir = git-repositories/base' > .gitlink; gitproc checkout todo; git log -1 --format=%s"
        );
        Assert.Equal(
            "projects/one/mywork",
            _user.Run(
                "gitproc link list --base git-repositories/base --json | sed 's/.*\"name\":\"\\([^\"]*\\)\".*/\\1/'"));
    }

    // "A light-weight checkout in a sibling directory to base.git": "Gitdir = base" leads to ../base.git, and the name
    // is mywork.
    [Theory]
    [InlineData("Gitdir = base", "mywork")]
    [InlineData("Gitdir = \"base\"\nName: other", "other")]
    [InlineData("  gitdir=base.git  \n\nName = a name of words\n# a comment", "a name of words")]
    [InlineData("Gitdir = \"FOLDER/base.git\"", "mywork")]
    public void The_file_is_read_as_the_proposal_defines_it(string file, string name)
    {
        file = file.Replace("FOLDER", UnixTools.Slashes(_user["w"]), StringComparison.Ordinal);
        _user.Run(
            $"git clone -q --bare r base.git; mkdir mywork; cat > mywork/.gitlink <<.\n{file}\n.\ncd mywork; gitproc checkout todo; git status"
        );
        Assert.Contains(
            $"\"name\":\"{name}\"", _user.Run("cd base.git; gitproc link list --json"), StringComparison.Ordinal);
        Assert.Equal("true", _user.Run("test -d base.git/worktrees && git -C mywork rev-parse --is-inside-work-tree"));
    }

    [Fact]
    public void What_is_written_has_no_absolute_path()
    {
        _user.Run(
            "git clone -q --bare r base.git; gitproc link deep/er/work main --base base.git; gitproc link r/todo; gitproc link beside --base r"
        );
        Assert.Equal(
            "Gitdir = \"base\"\nId: deep-er-work\ngitdir: ../../../base.git/worktrees/deep-er-work",
            _user.Run("cat deep/er/work/.gitlink deep/er/work/.git"));
        Assert.Equal("Id: todo\ngitdir: ../.git/worktrees/todo", _user.Run("cat r/todo/.gitlink r/todo/.git"));
        Assert.Equal("Gitdir = \"r\"\nId: beside", _user.Run("cat beside/.gitlink"));
    }

    [Fact]
    public void A_name_that_is_ambiguous_is_written_in_full()
    {
        _user.Run("git clone -q --bare r base.git; git clone -q r base; gitproc link work todo --base base.git");
        Assert.Equal("Gitdir = \"base.git\"\nId: work", _user.Run("cat work/.gitlink"));
        Assert.Contains("base.git", _user.Fail("gitproc link more --base base"), StringComparison.Ordinal);
    }

    // "...to not lose the objects+index+HEAD if the user removes the whole checkout".
    [Fact]
    public void Removing_the_folder_loses_neither_head_nor_index_nor_commits()
    {
        _user.Run(
            "gitproc link work todo --base r; cd work; echo x > x; git add .; git commit -qm x; git checkout -q --detach; git commit -q --allow-empty -m detached; echo staged > a; git add a; echo changed > d/b"
        );
        var head = _user.Run("git -C work rev-parse HEAD");
        _user.Run("rm -rf work; cd r; git worktree prune --expire=now; git gc -q --prune=now");

        Assert.Contains("missing", _user.Run("cd r; gitproc link list"), StringComparison.Ordinal);
        Assert.Contains("\"missing\":true", _user.Run("cd r; gitproc link list --json"), StringComparison.Ordinal);
        _user.Run("cd r; gitproc link restore work");

        Assert.Equal(head, _user.Run("git -C work rev-parse HEAD"));
        Assert.Equal("M  a", _user.Run("git -C work status --porcelain"));
        Assert.Equal("staged", _user.Run("cat work/a"));
        Assert.Contains("not missing", _user.Fail("cd r; gitproc link restore work"), StringComparison.Ordinal);
    }
}
