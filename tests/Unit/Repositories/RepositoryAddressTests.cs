using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Unit.Repositories;

public sealed class RepositoryAddressTests
{
    private static readonly AddressRules Unix = new()
    {
        WorkingDirectory = OperatingSystem.IsWindows() ? "C:/work" : "/work",
        HomeDirectory = "/home/me",
        WindowsPaths = false,
        FindLocal = path =>
            Path.TrimEndingDirectorySeparator(path is ['/', not '/', ..] ? Path.GetFullPath(path) : path),
    };

    private static readonly AddressRules Windows = Unix with { WindowsPaths = true };

    [Theory]
    [InlineData("https://github.com/Owner/Repo.git")]
    [InlineData("https://github.com/owner/repo")]
    [InlineData("HTTPS://GitHub.com/owner/repo")]
    [InlineData("http://github.com/owner/repo/")]
    [InlineData("http://github.com:80/owner/repo/")]
    [InlineData("https://github.com:443//owner//repo.git/")]
    [InlineData("https://github.com./owner/repo")]
    [InlineData("https://www.github.com/owner/repo")]
    [InlineData("https://user@github.com/owner/repo")]
    [InlineData("https://user:pass@github.com/owner/repo")]
    [InlineData("https://user:p%40ss@github.com/owner/repo")]
    [InlineData("https://user:p@ss@github.com/owner/repo")]
    [InlineData("https://github.com/owner/r%65po")]
    [InlineData("https://github.com/owner%2Frepo")]
    [InlineData("git@github.com:owner/repo")]
    [InlineData("git@github.com:owner/repo.git")]
    [InlineData("git@github.com:/owner/repo.git")]
    [InlineData("github.com:Owner/Repo")]
    [InlineData("git@[github.com:22]:owner/repo")]
    [InlineData("ssh://git@github.com:22/owner/repo/")]
    [InlineData("ssh://git@github.com/owner/repo.git")]
    [InlineData("ssh://git@ssh.github.com:443/owner/repo.git")]
    [InlineData("git@[ssh.github.com:443]:owner/repo.git")]
    [InlineData("git://github.com/owner/repo")]
    [InlineData("git://github.com:9418/owner/repo")]
    [InlineData("git+ssh://git@github.com/owner/repo")]
    [InlineData("ssh+git://git@github.com/owner/repo")]
    [InlineData("git+https://github.com/owner/repo")]
    [InlineData("ssh://git@github.com:/owner/repo")]
    public void Every_spelling_has_one_key(string text) =>
        Assert.Equal("github.com/owner/repo", RepositoryAddress.Parse(text, Unix).Key);

    [Theory]
    [InlineData("https://org@dev.azure.com/org/project/_git/repo")]
    [InlineData("https://dev.azure.com/Org/Project/_git/Repo")]
    [InlineData("git@ssh.dev.azure.com:v3/org/project/repo")]
    [InlineData("ssh://git@ssh.dev.azure.com/v3/org/project/repo")]
    [InlineData("ssh://git@ssh.dev.azure.com:22/v3/org/project/repo")]
    [InlineData("https://org.visualstudio.com/project/_git/repo")]
    [InlineData("https://org.visualstudio.com/DefaultCollection/project/_git/repo")]
    [InlineData("org@vs-ssh.visualstudio.com:v3/org/project/repo")]
    public void Azure_DevOps_has_one_key(string text) =>
        Assert.Equal("dev.azure.com/org/project/repo", RepositoryAddress.Parse(text, Unix).Key);

    [Theory]
    [InlineData("https://dev.azure.com/org/_git/repo", "dev.azure.com/org/repo/repo")]
    [InlineData("https://dev.azure.com/org/My%20Project/_git/repo", "dev.azure.com/org/my project/repo")]
    [InlineData("https://example.com/Owner/Repo", "example.com/Owner/Repo")]
    [InlineData("https://EXAMPLE.com:8443/Owner/Repo.git", "example.com:8443/Owner/Repo")]
    [InlineData("ssh://git@example.com:2222/o/r", "example.com:2222/o/r")]
    [InlineData("git@[example.com:2222]:o/r", "example.com:2222/o/r")]
    [InlineData("https://[2001:DB8::0:1]:443/o/r", "[2001:db8::1]/o/r")]
    [InlineData("ssh://git@[::1]:2222/o/r", "[::1]:2222/o/r")]
    [InlineData("git@[::1]:o/r", "[::1]/o/r")]
    [InlineData("[git@::1]:o/r", "[::1]/o/r")]
    [InlineData("ssh://git@::1/o/r", "[::1]/o/r")]
    [InlineData("ssh://[fe80::1%25eth0]/o/r", "[fe80::1%eth0]/o/r")]
    [InlineData("https://someone@example.com/~/r", "example.com/~/r")]
    [InlineData("ssh://git@example.com/~bob/repo.git", "example.com/~bob/repo")]
    [InlineData("bob@example.com:~/repo.git", "example.com/~bob/repo")]
    [InlineData("bob@example.com:~bob/repo.git", "example.com/~bob/repo")]
    [InlineData("example.com:~bob/repo.git", "example.com/~bob/repo")]
    [InlineData("https://gitlab.com/Group/Sub/Repo", "gitlab.com/group/sub/repo")]
    [InlineData("https://bitbucket.org/Team/Repo", "bitbucket.org/team/repo")]
    [InlineData("git@host:r%65po", "host/r%65po")]
    [InlineData("https://host/a.git/b", "host/a.git/b")]
    public void Has_the_key(string text, string key) => Assert.Equal(key, RepositoryAddress.Parse(text, Unix).Key);

    [Theory]
    [InlineData("/srv/git/repo.git", "/srv/git/repo.git")]
    [InlineData("./repo", "/work/repo")]
    [InlineData("../repo/", "/repo")]
    [InlineData(".", "/work")]
    [InlineData("~/repo", "/home/me/repo")]
    [InlineData("file:///srv/git/repo", "/srv/git/repo")]
    [InlineData("file://localhost/srv/git/repo", "/srv/git/repo")]
    [InlineData("file:///srv/my%20repo", "/srv/my repo")]
    [InlineData("FILE:///srv/git/repo", "/srv/git/repo")]
    [InlineData("/srv/a:b", "/srv/a:b")]
    public void Local_paths_have_the_key(string text, string key)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows gives paths of Unix a drive.");
        var address = RepositoryAddress.Parse(text, Unix);
        Assert.Equal(key, address.Key);
        Assert.Equal(key, address.Url);
    }

    [Theory]
    [InlineData(@"C:\Src\Repo", "C:/src/repo")]
    [InlineData("c:/src/repo/", "C:/src/repo")]
    [InlineData("file:///C:/Src/Repo", "C:/src/repo")]
    [InlineData(@"\\Server\Share\Repo", "//server/share/repo")]
    [InlineData("//server/share/repo", "//server/share/repo")]
    [InlineData("file://server/share/repo", "//server/share/repo")]
    [InlineData("file://C:/Src/Repo", "C:/src/repo")]
    [InlineData(@"file://C:\Src\Repo", "C:/src/repo")]
    [InlineData(@"file:///C:\Src\Repo", "C:/src/repo")]
    [InlineData(@"\\?\C:\Src\Repo", "C:/src/repo")]
    [InlineData("//?/C:/Src/Repo", "C:/src/repo")]
    [InlineData("//./C:/Src/Repo", "C:/src/repo")]
    [InlineData(@"\\?\UNC\Server\Share\Repo", "//server/share/repo")]
    public void Windows_paths_have_the_key(string text, string key) =>
        Assert.Equal(key, RepositoryAddress.Parse(text, Windows).Key);

    [Theory]
    [InlineData(@"\\?\Volume{b75e2c83-0000-0000-0000-602f00000000}\repo")]
    [InlineData(@"\\.\pipe\repo")]
    public void A_device_is_no_address_on_Windows(string text) =>
        Assert.Equal(
            ErrorReason.InvalidAddress,
            Assert.Throws<GitprocException>(() => RepositoryAddress.Parse(text, Windows)).Reason);

    [Fact]
    public void A_drive_is_a_host_on_other_systems() =>
        Assert.Equal("c/src/repo", RepositoryAddress.Parse("c:/src/repo", Unix).Key);

    [Fact]
    public void Hosts_of_the_user_fold_case()
    {
        var rules = Unix with { CaseInsensitiveHosts = AddressRules.WithKnownHosts(["git.corp.example"]) };
        Assert.Equal(
            "git.corp.example/team/repo", RepositoryAddress.Parse("https://Git.Corp.Example/Team/Repo", rules).Key);
        Assert.Equal(
            "git.corp.example:8443/team/repo",
            RepositoryAddress.Parse("https://Git.Corp.Example:8443/Team/Repo", rules).Key);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("-oProxyCommand=x")]
    [InlineData("--upload-pack=x")]
    [InlineData("https://host+80/o/r")]
    [InlineData("https://ho st/o/r")]
    [InlineData("ssh://-oProxyCommand=x/repo")]
    [InlineData("-x:repo")]
    [InlineData("host:-repo")]
    [InlineData("https://host/a/../../b")]
    [InlineData("https://host/a/%2e%2e/b")]
    [InlineData("https://host/a%2f..%2fb")]
    [InlineData("host:../b")]
    [InlineData("https://host/a/./b")]
    [InlineData("https://host/a%0ab")]
    [InlineData("https://host/a\nb")]
    [InlineData("https://host/a%00b")]
    [InlineData("https://host")]
    [InlineData("https://host/")]
    [InlineData("https://host/.git")]
    [InlineData("https:///path")]
    [InlineData("https:/host/path")]
    [InlineData("https://a..b/path")]
    [InlineData("rsync://host/path")]
    [InlineData("ssh://-x@host/path")]
    [InlineData("https://host:port/path")]
    [InlineData("https://host:99999/path")]
    [InlineData("https://[::g]/path")]
    [InlineData("ext::sh -c x")]
    [InlineData("foo::https://host/x")]
    [InlineData("~bob/repo")]
    [InlineData("file://server/share")]
    [InlineData("https://host/x?y")]
    [InlineData("https://host/x#y")]
    [InlineData("https://host/a@b/x")]
    [InlineData("git@host:a@b/x")]
    public void Refuses(string text) =>
        Assert.Equal(
            ErrorReason.InvalidAddress,
            Assert.Throws<GitprocException>(() => RepositoryAddress.Parse(text, Unix)).Reason);

    [Theory]
    [InlineData("https://user:s3cret@example.com/o/r", "https://example.com/o/r", "user", "s3cret")]
    [InlineData("https://s3cret@example.com/o/r", "https://example.com/o/r", "s3cret", null)]
    [InlineData(
        "https://s3cret:x-oauth-basic@github.com/o/r.git", "https://github.com/o/r.git", "s3cret", "x-oauth-basic"
    )]
    [InlineData("https://user:s3cret%40x@example.com:8443/o/r", "https://example.com:8443/o/r", "user", "s3cret@x")]
    [InlineData("https://user:s3c@ret@example.com/o/r", "https://example.com/o/r", "user", "s3c@ret")]
    [InlineData("https://:s3cret@example.com/o/r", "https://example.com/o/r", "", "s3cret")]
    [InlineData("https://org:s3cret@dev.azure.com/org/p/_git/r", "https://dev.azure.com/org/p/_git/r", "org", "s3cret")]
    [InlineData("https://s3cret@dev.azure.com/org/p/_git/r", "https://dev.azure.com/org/p/_git/r", "s3cret", null)]
    public void Cuts_secrets_out(string text, string url, string userName, string? password)
    {
        var address = RepositoryAddress.Parse(text, Unix);
        Assert.Equal(url, address.Url);
        Assert.Equal((userName, password), (address.Credential!.UserName, address.Credential.Password));
        Assert.DoesNotContain("s3c", address.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("git@github.com:o/r", "git@github.com:o/r")]
    [InlineData("HTTPS://example.com/o/r", "https://example.com/o/r")]
    [InlineData("git+https://example.com/o/r", "https://example.com/o/r")]
    [InlineData("https://example.com/@o/r", "https://example.com/@o/r")]
    [InlineData("https://example.com/o/a%40b%3Fc", "https://example.com/o/a%40b%3Fc")]
    [InlineData("ssh://git@example.com/o/a@b?c", "ssh://git@example.com/o/a@b?c")]
    [InlineData("ssh://git:s3cret@host/o/r", "ssh://git@host/o/r")]
    [InlineData("https://org@dev.azure.com/org/p/_git/r", "https://org@dev.azure.com/org/p/_git/r")]
    public void Keeps_what_is_no_secret(string text, string url)
    {
        var address = RepositoryAddress.Parse(text, Unix);
        Assert.Equal(url, address.Url);
        Assert.Null(address.Credential);
    }

    [Theory]
    [InlineData("https://user:s3cret@host/a/../b")]
    [InlineData("https://user:s3cret@/b")]
    [InlineData("https://user:s3cret@host:x/b")]
    [InlineData("https://user:s3cret@host/a\tb")]
    [InlineData("foo::https://user:s3cret@host/b")]
    [InlineData("-https://user:s3cret@host/b")]
    [InlineData("https:/user:s3cret@host/b")]
    [InlineData("https//user:s3cret@host/b")]
    [InlineData("https://user:s3c/s3cret@host/b")]
    [InlineData("https://user:12/s3cret@host/b")]
    [InlineData("https://s3cret/s3cret@host/b")]
    [InlineData("https://host/b?access_token=s3cret")]
    [InlineData("https://host?access_token=s3cret")]
    [InlineData("https://host/b#s3cret")]
    [InlineData("user:s3cret@host:b")]
    [InlineData("user:s3cret@host/b")]
    [InlineData("me@corp.com:s3cret@host/b")]
    public void Tells_no_secret_in_an_error(string text)
    {
        var error = Assert.Throws<GitprocException>(() =>
            RepositoryAddress.Parse(text, Unix with { FindLocal = _ => null }));
        Assert.DoesNotContain("s3cret", error.Message + error.Target, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("repo", true)]
    [InlineData("owner/repo", true)]
    [InlineData("github.com/owner/repo", true)]
    [InlineData("my repo", true)]
    [InlineData("./repo", false)]
    [InlineData("../repo", false)]
    [InlineData(".", false)]
    [InlineData("/repo", false)]
    [InlineData("~/repo", false)]
    [InlineData("host:repo", false)]
    [InlineData("https://host/repo", false)]
    [InlineData("", false)]
    [InlineData("-x", false)]
    [InlineData("mine/repo", false)]
    public void Knows_a_name(string text, bool isName)
    {
        var rules = Unix with { InsteadOf = [("https://host/", "mine/")] };
        Assert.Equal(isName, RepositoryAddress.IsName(text, rules));
    }

    [Fact]
    public void Rewrites_as_git_does_and_keeps_what_was_written()
    {
        var rules = Unix with { InsteadOf = [("https://github.com/", "gh:"), ("git@github.com:work/", "gh:work/")] };
        var address = RepositoryAddress.Parse("gh:work/repo", rules);
        Assert.Equal(("github.com/work/repo", "gh:work/repo"), (address.Key, address.Url));
        Assert.Equal("github.com/other/repo", RepositoryAddress.Parse("gh:other/repo", rules).Key);
    }

    [Fact]
    public void Random_texts_are_read_or_refused()
    {
        var random = new Random(20261121);
        const string alphabet = "ab:/@[].~%-\\ \n2e0?#é";
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string([
                .. Enumerable.Range(0, random.Next(12)).Select(_ => alphabet[random.Next(alphabet.Length)]),
            ]);
            foreach (var prefix in (string[])["", "https://", "ssh://", "file://", "git@host:"])
            {
                try
                {
                    var address = RepositoryAddress.Parse(prefix + text, i % 2 == 0 ? Unix : Windows);
                    Assert.DoesNotContain("..", BaseFolder.Of(address.Key).Split('/'));
                }
                catch (GitprocException)
                {
                    // Refused.
                }
            }
        }
    }
}
