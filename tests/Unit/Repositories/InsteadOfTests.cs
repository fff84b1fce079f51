using Gitproc.Repositories;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Repositories;

public sealed class InsteadOfTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("gh:owner/repo")]
    [InlineData("gh:work/repo")]
    [InlineData("https://github.com/owner/repo")]
    [InlineData("https://same.example/x")]
    [InlineData("https://late.example/x")]
    [InlineData("https://elsewhere.example/x")]
    [InlineData("/local/path")]
    public void Rewrites_as_git_does(string text)
    {
        (string Base, string InsteadOf)[] entries =
        [
            ("https://github.com/", "gh:"),
            ("git@github.com:work/", "gh:work/"),
            ("ssh://mirror/", "https://github.com/"),
            ("https://first.example/", "https://same.example/"),
            ("https://second.example/", "https://same.example/"),
            // Of one length, too, and its base was there before the other's.
            ("https://second.example/", "https://late.example/"),
            ("https://third.example/", "https://late.example/"),
            ("https://first.example/", "https://late.example/"),
        ];
        var config = _folder["config"];
        foreach (var (to, from) in entries)
            TestGit.Run(_folder.Path, "config", "--file", config, "--add", $"url.{to}.insteadOf", from);

        var git = TestGit.Run(_folder.Path, [("GIT_CONFIG_GLOBAL", config)], "ls-remote", "--get-url", text);

        Assert.Equal(git, new AddressRules { WorkingDirectory = "/", InsteadOf = entries }.Rewrite(text));
    }
}
