using Gitproc.Files;
using Gitproc.Git.Untrusted;

namespace Gitproc.Unit.Git;

/// <summary>What .git files say.</summary>
public sealed class GitFileTests
{
    [Theory]
    [InlineData("gitdir: /a/b\n", "/a/b")]
    [InlineData("gitdir: ../b c/.git/worktrees/1\r\n\n", "../b c/.git/worktrees/1")]
    [InlineData("gitdir: \u00c3\u00a9", "\u00c3\u00a9")]
    [InlineData("gitdir:  /a", " /a")]
    [InlineData("gitdir: \n", null)]
    [InlineData("gitdir:/a\n", null)]
    [InlineData(" gitdir: /a\n", null)]
    [InlineData("GITDIR: /a\n", null)]
    [InlineData("\ngitdir: /a\n", null)]
    [InlineData("", null)]
    public void It_tells_where_the_git_directory_is(string content, string? path) =>
        Assert.Equal(path, GitFile.Read(RawText.FromChars(content))?.Chars);

    [Theory]
    [InlineData("/a/b")]
    [InlineData("../c d/.git")]
    public void It_is_read_as_it_was_written(string path)
    {
        Assert.Equal($"gitdir: {path}\n", GitFile.To(path));
        Assert.Equal(path, GitFile.Read(RawText.FromText(GitFile.To(path)))?.ToText());
    }
}
