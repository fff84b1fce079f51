using Gitproc.Files;
using Gitproc.Git.Untrusted;

namespace Gitproc.Unit.Git;

public sealed class GitmodulesFileTests
{
    [Fact]
    public void The_last_of_several_values_counts_and_names_keep_their_case()
    {
        var one = Assert.Single(GitmodulesFile.Parse(RawText.FromText(
            "[submodule \"Lib.Name\"]\n\tpath = a/\n\turl = one\n[submodule \"Lib.Name\"]\n\tpath = b/c/\n\tURL = two\n\tupdate = none\n[submodule \"x\"]\n\turl = y\n"))!);
        Assert.Equal(("Lib.Name", "b/c", "two", true), (one.Name, one.Path.ToText(), one.Url, one.IsLeftOut));
        Assert.Null(GitmodulesFile.Parse(RawText.FromText("[submodule \"x\n")));
    }

    [Theory]
    [InlineData("lib", true)]
    [InlineData("libs/lib.git", true)]
    [InlineData("..", false)]
    [InlineData("a/../b", false)]
    [InlineData("a\\..\\b", false)]
    [InlineData("/abs", false)]
    [InlineData("a//b", false)]
    [InlineData("./a", false)]
    [InlineData("a/", false)]
    [InlineData("C:x", false)]
    [InlineData("a\tb", false)]
    [InlineData("", false)]
    public void A_name_is_a_path_that_leads_nowhere_else(string name, bool isSafe) =>
        Assert.Equal(isSafe, Named(name).IsNameSafe);

    [Theory]
    [InlineData("x", "x/hooks", true)]
    [InlineData("x", "X", true)]
    [InlineData("x", "xy", false)]
    [InlineData("x/y", "x", false)]
    public void No_git_directory_is_in_another_one(string name, string other, bool isAround) =>
        Assert.Equal(isAround, Named(name).IsAround(Named(other)));

    private static GitmodulesEntry Named(string name) => new(name, default, "", IsLeftOut: false);
}
