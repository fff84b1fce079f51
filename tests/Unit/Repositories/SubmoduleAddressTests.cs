using Gitproc.Git.Running;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Unit.Repositories;

public sealed class SubmoduleAddressTests
{
    // git's own t0060-path-utils.sh has these and more.
    [Theory]
    [InlineData("https://host/owner/repo", "../sub", "https://host/owner/sub")]
    [InlineData("https://host/owner/repo/", "../sub/", "https://host/owner/sub")]
    [InlineData("https://host/owner/repo.git", "../../other/sub.git", "https://host/other/sub.git")]
    [InlineData("https://host/owner/repo", "./sub", "https://host/owner/repo/sub")]
    [InlineData("https://host/owner/repo", ".././../x", "https://host/x")]
    [InlineData("ssh://git@host:22/owner/repo", "../sub", "ssh://git@host:22/owner/sub")]
    [InlineData("git@host:owner/repo", "../sub", "git@host:owner/sub")]
    [InlineData("git@host:repo", "../sub", "git@host:sub")]
    [InlineData("/srv/repo", "../sub", "/srv/sub")]
    [InlineData("/srv/repo", "../../../sub", null)]
    [InlineData("https://host/repo", "https://other/x", "https://other/x")]
    public void Relative_addresses_are_resolved_as_git_does(string around, string url, string? resolved) =>
        Assert.Equal(resolved, SubmoduleAddress.Resolve(url, around));

    [Theory]
    [InlineData("/srv/repo", "../../")]
    [InlineData("/srv/repo", "../../../sub")]
    [InlineData("https://host/repo", "~/sub")]
    [InlineData("https://host/repo", "/srv/sub")]
    public void An_address_that_leads_nowhere_is_an_error(string around, string url) =>
        Assert.Equal(
            ErrorReason.InvalidAddress,
            Assert.Throws<GitprocException>(() => SubmoduleAddress.Parse(
                url, around, new AddressRules { WorkingDirectory = "/" }, new GitConfig([], null, null))).Reason);

    [Theory]
    [InlineData("https://host/x", "", true)]
    [InlineData("git@host:x", "", true)]
    [InlineData("ssh://host/x", "protocol.ssh.allow=never", false)]
    [InlineData("ssh://host/x", "protocol.ssh.allow=user", false)]
    [InlineData("ftp://host/x", "", false)]
    [InlineData("/srv/x", "", false)]
    [InlineData("file:///srv/x", "", false)]
    [InlineData("/srv/x", "protocol.file.allow=always", true)]
    [InlineData("/srv/x", "protocol.allow=always", true)]
    [InlineData("https://host/x", "protocol.allow=never", false)]
    [InlineData("short:x", "", false)]
    public void Gits_rules_for_foreign_addresses_apply(string url, string config, bool isAllowed)
    {
        var entries = config.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(entry => entry.Split('='))
            .Select(pair => KeyValuePair.Create(pair[0], pair[1]))
            .ToList();
        var rules = new AddressRules { WorkingDirectory = "/", InsteadOf = [("file:///srv/", "short:")] };
        Assert.Equal(
            isAllowed,
            SubmoduleAddress.IsAllowed(url, rules, new GitConfig(entries, null, null) { OfUser = entries }));
        Assert.Equal(
            SubmoduleAddress.IsAllowed(url, rules, new GitConfig([], null, null)),
            SubmoduleAddress.IsAllowed(url, rules, new GitConfig(entries, null, null) { Local = entries }));
    }

    [Theory]
    [InlineData("https://host/a", "https://host/b", true)]
    [InlineData("https://evil/a", "https://host/b", false)]
    [InlineData("http://host/a", "https://host/b", false)]
    [InlineData("https://host:8443/a", "https://host/b", false)]
    [InlineData("ssh://host/a", "ssh://host/b", false)]
    public void A_password_goes_to_its_own_host_only(string url, string other, bool isSame) =>
        Assert.Equal(isSame, SubmoduleAddress.IsOnSameHost(url, other));
}
