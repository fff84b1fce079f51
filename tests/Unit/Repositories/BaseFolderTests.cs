using Gitproc.Repositories;

namespace Gitproc.Unit.Repositories;

public sealed class BaseFolderTests
{
    [Theory]
    [InlineData("github.com/owner/repo", "github.com/owner/repo.git")]
    [InlineData("host:8443/o/r", "host+8443/o/r.git")]
    [InlineData("[::1]:2222/o/r", "[--1]+2222/o/r.git")]
    [InlineData("/srv/git/repo", "_/srv/git/repo.git")]
    [InlineData("/srv/git/repo.git", "_/srv/git/repo.git.git")]
    [InlineData("C:/src/repo", "_/C/src/repo.git")]
    [InlineData("//server/share/repo", "_unc/server/share/repo.git")]
    [InlineData("host/a.git/b", "host/a%2egit/b.git")]
    [InlineData("host/con/a?b", "host/%63on/a%3fb.git")]
    [InlineData("host/a./b ", "host/a%2e/b%20.git")]
    public void Is_a_name_for_every_system(string key, string folder) => Assert.Equal(folder, BaseFolder.Of(key));

    [Fact]
    public void No_name_is_longer_than_a_file_system_takes()
    {
        var names = BaseFolder.Of($"host/{new string('é', 90)}").Split('/');
        Assert.All(names, name => Assert.True(System.Text.Encoding.UTF8.GetByteCount(name) < 200));
    }

    [Fact]
    public void Long_keys_are_shortened_and_stay_different()
    {
        var (one, two) = (
            BaseFolder.Of($"host/{new string('a', 200)}/1"), BaseFolder.Of($"host/{new string('a', 200)}/2"));
        Assert.NotEqual(one, two);
        Assert.True(one.Length <= 120);
        Assert.StartsWith("host/", one, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("host/a%2egit/b", "host/a.git/b")]
    [InlineData("/unc/server", "//unc/server")]
    [InlineData("host/%63on", "host/con")]
    [InlineData("_/srv/repo", "/srv/repo")]
    public void Different_keys_have_different_folders(string one, string other) =>
        Assert.NotEqual(BaseFolder.Of(one), BaseFolder.Of(other));
}
