using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Gitproc.Repositories;

/// <summary>An address, in any spelling that git takes, of a repository somewhere (git-clone(1), "GIT URLS").</summary>
/// <param name="Key">Its normal form, the same for every spelling: <c>host/path</c>, or the real path of a local one.</param>
/// <param name="Url">What git is given and what is kept: as it was written, without anything secret.</param>
/// <param name="Credential">What was cut from it; null when nothing was.</param>
internal sealed record RepositoryAddress(string Key, string Url, UrlCredential? Credential)
{
    private const string GitSuffix = ".git";

    /// <summary>Reads an address.</summary>
    /// <param name="text">The address.</param>
    /// <param name="rules">What its meaning depends on.</param>
    /// <returns>The address.</returns>
    /// <exception cref="GitprocException">It is none, or a local one where no repository is. Nothing secret is told.</exception>
    public static RepositoryAddress Parse(string text, AddressRules rules)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw Invalid(text, "it is empty");
        if (text.Any(char.IsControl))
            throw Invalid("", "it has control characters in it");
        if (text[0] == '-')
            throw Invalid(text, "it begins with a dash");

        var used = rules.Rewrite(text);
        if (UrlParts.Split(used) is { } url)
        {
            return url.Scheme == "file"
                ? OfLocal(FilePath(url, used, rules), used, rules)
                : OfRemote(url, text, used, rules);
        }

        if (IsLocalPath(used, rules))
            return OfLocal(ExpandHome(used, rules), used, rules);
        if (used.Contains("::", StringComparison.Ordinal) && !used.Contains('['))
            throw Invalid(text, "addresses of the form transport::address are not taken");
        return ScpParts.Split(used) is { } scp
            ? OfRemote(scp, text, used, rules)
            : OfLocal(used, used, rules);
    }

    /// <summary>Whether a text is a name to look up among the repositories a pool knows, as <c>repo</c> or <c>owner/repo</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="rules">What its meaning depends on.</param>
    /// <returns>False for every kind of address.</returns>
    public static bool IsName(string text, AddressRules rules) =>
        text.Length > 0
        && text[0] != '-'
        && rules.Rewrite(text) == text
        && !text.Contains(':')
        && !text.Contains('\\')
        && !text.Any(char.IsControl)
        && !IsLocalPath(text, rules)
        && !string.IsNullOrWhiteSpace(text);

    private static RepositoryAddress OfRemote(UrlParts parts, string text, string used, AddressRules rules)
    {
        var host = NormalizeHost(parts, text);
        var path = string.Join('/', PathParts(parts, text));
        if (path.EndsWith(GitSuffix, StringComparison.OrdinalIgnoreCase))
            path = path[..^GitSuffix.Length].TrimEnd('/');
        if (path.Length == 0)
            throw Invalid(text, "it names a host but no repository");
        (host, path) = AzureDevOps.Normalize(host, path);
        if (rules.CaseInsensitiveHosts.Contains(host))
            path = path.ToLowerInvariant();

        // What is kept is what the user wrote; git rewrites that itself whenever it uses it.
        var written = text == used ? parts : UrlParts.Split(text);
        return written is null
            ? new RepositoryAddress($"{host}/{path}", text, null)
            : WithoutSecret($"{host}/{path}", written, text);
    }

    private static RepositoryAddress WithoutSecret(string key, UrlParts parts, string text)
    {
        if (parts.UserName is null)
            return new RepositoryAddress(key, text, null);
        if (parts.IsScp || parts.Scheme.Contains("ssh", StringComparison.Ordinal))
        {
            // ssh takes no password from a URL, and its user name is no secret.
            return new RepositoryAddress(key, parts.Password is null ? text : parts.Write(parts.UserName), null);
        }

        var organization = key.StartsWith(AzureDevOps.Host + "/", StringComparison.Ordinal) ? key.Split('/')[1] : null;
        if (parts.Password is null && parts.UserName.Equals(organization, StringComparison.OrdinalIgnoreCase))
            return new RepositoryAddress(key, text, null);
        var credential = new UrlCredential(
            Uri.UnescapeDataString(parts.UserName),
            parts.Password is null ? null : Uri.UnescapeDataString(parts.Password));
        return new RepositoryAddress(key, parts.Write(userName: null), credential);
    }

    private static string NormalizeHost(UrlParts parts, string text)
    {
        var host = parts.Host.TrimEnd('.').ToLowerInvariant();
        if (host is ['[', ..])
        {
            if (!IPAddress.TryParse(host.Trim('[', ']'), out var address) || address.AddressFamily != AddressFamily.InterNetworkV6)
                throw Invalid(text, "its host is not an IPv6 address");
            host = $"[{address}]";
        }
        else if (host is [] or ['-', ..] || !host.All(c => char.IsLetterOrDigit(c) || c is '-' or '.' or '_'))
        {
            throw Invalid(text, "its host is not a host");
        }

        host = host switch
        {
            "ssh.github.com" or "www.github.com" => "github.com",
            "altssh.gitlab.com" or "www.gitlab.com" => "gitlab.com",
            "altssh.bitbucket.org" or "www.bitbucket.org" => "bitbucket.org",
            _ => host,
        };
        if (parts.Port is not { Length: > 0 } port)
            return host;
        if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
            throw Invalid(text, "its port is not a port");
        // The services' ssh on the port of https is for firewalls, and the same service.
        var isServiceSsh = number == 443 && host is "github.com" or "gitlab.com" or "bitbucket.org";
        return isServiceSsh || number == parts.DefaultPort ? host : $"{host}:{number}";
    }

    private static List<string> PathParts(UrlParts parts, string text)
    {
        // git decodes the paths of URLs, and takes those of host:path as they are (url.c, connect.c).
        var path = parts.IsScp ? parts.Path : Uri.UnescapeDataString(parts.Path);
        if (path.Any(char.IsControl))
            throw Invalid("", "it has control characters in it");
        if (parts.IsScp && path.StartsWith('-'))
            throw Invalid(text, "its path begins with a dash");
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries).ToList();
        if (names.Any(name => name is "." or ".."))
            throw Invalid(text, "its path goes up with '..' or has a '.' in it");
        if (names is ["~", ..] && parts.UserName is { } user)
            names[0] = "~" + user;
        return names;
    }

    private static RepositoryAddress OfLocal(string path, string text, AddressRules rules)
    {
        var full = IsRooted(path, rules) ? path : Path.GetFullPath(path, rules.WorkingDirectory);
        var found = rules.FindLocal(full) ?? throw new GitprocException(
            ErrorReason.UnknownRepository, $"There is no git repository at {full}.", text);
        if (!rules.WindowsPaths)
            return new RepositoryAddress(found, found, null);
        var slashed = found.Replace('\\', '/');
        // NTFS takes upper and lower case for the same, as long as nobody asks for otherwise.
        var folded = slashed.ToLowerInvariant();
        return new RepositoryAddress(char.ToUpperInvariant(folded[0]) + folded[1..], slashed, null);
    }

    private static string FilePath(UrlParts url, string text, AddressRules rules)
    {
        var path = Uri.UnescapeDataString(url.Path);
        if (path.Any(char.IsControl))
            throw Invalid("", "it has control characters in it");
        var host = url.Host.ToLowerInvariant();
        if (host is "" or "localhost")
            return rules.WindowsPaths && path is ['/', _, ':', ..] ? path[1..] : path;
        return rules.WindowsPaths
            ? $"//{url.Host}{path}"
            : throw Invalid(text, "a file:// address of another host is for Windows");
    }

    private static bool IsLocalPath(string text, AddressRules rules) =>
        IsRooted(text, rules)
        || text is "." or ".." or ['.', '/', ..] or ['.', '.', '/', ..] or ['~', ..]
        || (rules.WindowsPaths && text is ['.', '\\', ..] or ['.', '.', '\\', ..]);

    private static bool IsRooted(string text, AddressRules rules) => rules.WindowsPaths
        ? text is ['/', ..] or ['\\', ..] || (text is [var drive, ':', ..] && char.IsAsciiLetter(drive))
        : text is ['/', ..];

    private static string ExpandHome(string text, AddressRules rules) => text switch
    {
        "~" => rules.HomeDirectory,
        ['~', '/', .. var rest] => Path.Combine(rules.HomeDirectory, rest),
        ['~', ..] => throw Invalid(text, "write the path of another user's home in full"),
        _ => text,
    };

    private static GitprocException Invalid(string? text, string why)
    {
        var shown = Git.Redaction.Redact(text ?? "");
        return new GitprocException(
            ErrorReason.InvalidAddress,
            $"'{shown}' is not the address of a repository: {why}. Give a URL, a path, or a name the pool knows.",
            shown);
    }
}
