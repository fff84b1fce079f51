using System.Globalization;
using System.Net;

namespace Gitproc.Repositories;

/// <summary>Hosts and ports in normal form.</summary>
internal static class RemoteHost
{
    private const int HttpsPort = 443;

    /// <summary>Normalizes a host: lower case, no dot at its end, one name for each service.</summary>
    /// <returns>The host; null if the text is not a host, or ssh would take it for an option.</returns>
    public static string? Normalize(string host)
    {
        var name = host.ToLowerInvariant();
        if (name is ['[', .. var address, ']'])
            return NormalizeIPv6(address);
        if (name.EndsWith('.'))
            name = name[..^1];
        return name.Split('.').All(IsLabel) ? ServiceOf(name) : null;
    }

    /// <param name="port">The port; null if it need not be written.</param>
    public static bool TryReadPort(UrlParts parts, string host, out ushort? port)
    {
        port = null;
        // git reads "host:/path" as one without a port (connect.c, get_port).
        if (parts.Port is not { Length: > 0 } text)
            return true;
        if (!ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
            return false;
        // The services' ssh on the port of https is for firewalls, and the same service.
        var isServiceSsh = number == HttpsPort && host is "github.com" or "gitlab.com" or "bitbucket.org";
        port = number == parts.DefaultPort || isServiceSsh ? null : number;
        return true;
    }

    private static bool IsLabel(string label) =>
        label is not ([] or ['-', ..]) && label.All(c => char.IsLetterOrDigit(c) || c is '-' or '_');

    // The other names of the services: docs.github.com "Using SSH over the HTTPS port", docs.gitlab.com "Use SSH keys",
    // support.atlassian.com "Troubleshoot SSH issues".
    private static string ServiceOf(string host) => host switch
    {
        "ssh.github.com" or "www.github.com" => "github.com",
        "altssh.gitlab.com" or "www.gitlab.com" => "gitlab.com",
        "altssh.bitbucket.org" or "www.bitbucket.org" => "bitbucket.org",
        _ => host,
    };

    // A zone names an interface of this machine. It stays text, because it may be another interface after a reboot.
    private static string? NormalizeIPv6(string text)
    {
        var percent = text.IndexOf('%', StringComparison.Ordinal);
        var (number, zone) = percent < 0 ? (text, "") : (text[..percent], text[(percent + 1)..]);
        // In a URL the % itself is written %25 (RFC 6874).
        if (zone is ['2', '5', _, ..])
            zone = zone[2..];
        var isAddress = number.Contains(':') && number.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.');
        if (!isAddress || !IPAddress.TryParse(number, out var address) || (percent >= 0 && !IsLabel(zone)))
            return null;
        return zone.Length == 0 ? $"[{address}]" : $"[{address}%{zone}]";
    }
}

/// <summary>The paths of repositories on a host in normal form.</summary>
internal static class RemotePath
{
    private const string GitSuffix = ".git";

    /// <summary>Normalizes the path of an address: decoded, no needless slash, no <c>.git</c>.</summary>
    /// <returns>The path, without slashes at its ends.</returns>
    public static string Normalize(UrlParts parts, string host, bool foldsCase, string text)
    {
        var path = string.Join('/', Names(Decode(parts, host), parts, text));
        var comparison = foldsCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        if (path.EndsWith(GitSuffix, comparison))
            path = path[..^GitSuffix.Length].TrimEnd('/');
        return path.Length > 0 ? path : throw AddressError.Invalid(text, "it names a host but no repository");
    }

    // git decodes the paths of URLs, and hands those of host:path on as they are (url.c, url_decode; connect.c,
    // parse_connect_url), which Azure DevOps decodes itself.
    private static string Decode(UrlParts parts, string host) =>
        parts.IsScp && !AzureDevOps.IsSshHost(host) ? parts.Path : Uri.UnescapeDataString(parts.Path);

    private static string[] Names(string path, UrlParts parts, string text)
    {
        if (path.Any(char.IsControl))
            throw AddressError.Invalid("", "it has control characters in it");
        // git's rule (connect.c, looks_like_command_line_option).
        if (parts.IsScp && path.StartsWith('-'))
            throw AddressError.Invalid(text, "its path begins with a dash");
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (names.Any(name => name is "." or ".."))
            throw AddressError.Invalid(text, "its path has a '.' or '..' in it");
        // The shell at the other end replaces ~ by the home of the user (git-clone(1), "GIT URLS"). With http there is
        // no home, and the user name may be a token.
        if (parts is { IsSsh: true, UserInfo.UserName: { } user } && names is ["~", ..])
            names[0] += user;
        return names;
    }
}
