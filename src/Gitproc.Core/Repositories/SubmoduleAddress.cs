using Gitproc.Git.Running;
using Gitproc.Reports;

namespace Gitproc.Repositories;

/// <summary>
/// The address of a submodule. It comes from a commit and not from the user, so git's rules for such addresses apply.
/// </summary>
internal static class SubmoduleAddress
{
    // git-config(1), protocol.allow. Anything else is for what the user types.
    private static readonly string[] AllowedAnyway = ["http", "https", "git", "ssh"];

    /// <summary>True if an address begins at that of the repository around (git-submodule(1), add).</summary>
    public static bool IsRelative(string url) =>
        url.StartsWith("./", StringComparison.Ordinal) || url.StartsWith("../", StringComparison.Ordinal);

    /// <summary>Reads an address of a commit.</summary>
    /// <param name="around">The address of the repository around, without a password.</param>
    /// <exception cref="GitprocException">git would not clone from there, or it is no address.</exception>
    public static RepositoryAddress Parse(string url, string around, AddressRules rules, GitConfig config)
    {
        if (Resolve(url, around) is not { Length: > 0 } resolved)
        {
            throw new GitprocException(
                ErrorReason.InvalidAddress, "the address leads above that of the repository around it.");
        }

        if (resolved[0] is '~')
            throw AddressError.Invalid(resolved, "git does not replace the ~ in it");
        if (!IsAllowed(resolved, rules, config))
        {
            throw new GitprocException(
                ErrorReason.InvalidAddress,
                "git clones submodules from no such address, unless protocol.allow says so (git help config).");
        }

        return RepositoryAddress.Parse(resolved, rules);
    }

    /// <summary>Resolves an address as git does (remote.c, relative_url).</summary>
    /// <param name="around">The address of the repository around, without a password.</param>
    /// <returns>The address; null if there are more <c>../</c> than parts to take away.</returns>
    public static string? Resolve(string url, string around)
    {
        if (!IsRelative(url))
            return url;
        var rest = url;
        var start = around.TrimEnd('/');
        var separator = '/';
        while (IsRelative(rest))
        {
            if (rest.StartsWith("./", StringComparison.Ordinal))
            {
                rest = rest["./".Length..];
                continue;
            }

            rest = rest["../".Length..];
            if (start.LastIndexOf('/') is >= 0 and var slash)
                start = start[..slash];
            else if (start.LastIndexOf(':') is >= 0 and var colon)
                (start, separator) = (start[..colon], ':');
            else
                return null;
        }

        return $"{start}{separator}{rest}".TrimEnd('/');
    }

    /// <summary>
    /// True if git would clone from an address that is not the user's (git(1), <c>GIT_PROTOCOL_FROM_USER</c>). Asked
    /// here too, because what the pool has already needs no git.
    /// </summary>
    public static bool IsAllowed(string url, AddressRules rules, GitConfig config)
    {
        var protocol = ProtocolOf(rules.Rewrite(url), rules);
        if (Environment.GetEnvironmentVariable("GIT_ALLOW_PROTOCOL") is { } allowed)
            return allowed.Split(':').Contains(protocol);
        var set = Last($"protocol.{protocol}.allow") ?? Last("protocol.allow");
        return set is null
            ? AllowedAnyway.Contains(protocol)
            : set.Equals("always", StringComparison.OrdinalIgnoreCase);

        string? Last(string key) => config.OfUser.LastOrDefault(entry => entry.Key == key).Value;
    }

    /// <summary>True if a password for one address is for the other too.</summary>
    public static bool IsOnSameHost(string url, string other) =>
        UrlParts.Split(url) is { IsHttp: true } one && UrlParts.Split(other) is { } two
        && one.Scheme == two.Scheme && one.Port == two.Port
        && one.Host.Equals(two.Host, StringComparison.OrdinalIgnoreCase);

    /// <summary>True for the key of a setting that is read here.</summary>
    public static bool IsAskedFor(string key) =>
        key.StartsWith("protocol.", StringComparison.Ordinal) && key.EndsWith("allow", StringComparison.Ordinal);

    private static string ProtocolOf(string used, AddressRules rules) =>
        LocalPath.Is(used, rules) ? "file"
        : UrlParts.Split(used) is { } url ? url.IsSsh ? "ssh" : url.Scheme
        : ScpParts.Split(used) is not null ? "ssh"
        : "file";
}
