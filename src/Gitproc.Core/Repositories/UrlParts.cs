namespace Gitproc.Repositories;

/// <summary>The parts of an address with a host, as they are written.</summary>
/// <param name="Scheme">The scheme, in lower case; <c>ssh</c> for <c>host:path</c>.</param>
/// <param name="UserName">The user name; null when there is no user info.</param>
/// <param name="Password">The password; null when there is none.</param>
/// <param name="Host">The host, an IPv6 one in brackets.</param>
/// <param name="Port">The port; null when there is none.</param>
/// <param name="Path">What follows, with the slash it begins with.</param>
internal sealed record UrlParts(string Scheme, string? UserName, string? Password, string Host, string? Port, string Path)
{
    private const string Separator = "://";

    /// <summary>Whether it was written <c>host:path</c>.</summary>
    public bool IsScp { get; init; }

    /// <summary>The port that need not be written; 0 when there is none.</summary>
    public int DefaultPort => Scheme switch
    {
        "http" or "git+http" => 80,
        "https" or "git+https" => 443,
        "ssh" or "git+ssh" or "ssh+git" => 22,
        "git" => 9418,
        "ftp" => 21,
        "ftps" => 990,
        _ => 0,
    };

    /// <summary>Splits a URL.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The parts; null when it is no URL with a scheme that git knows.</returns>
    public static UrlParts? Split(string text)
    {
        var end = text.IndexOf(Separator, StringComparison.Ordinal);
        if (end <= 0)
            return null;
        var scheme = text[..end].ToLowerInvariant();
        var rest = text[(end + Separator.Length)..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var (authority, path) = slash < 0 ? (rest, "") : (rest[..slash], rest[slash..]);
        var (userName, password, host) = SplitUserInfo(authority);
        var (name, port) = SplitPort(host);
        var parts = new UrlParts(scheme, userName, password, name, port, path);
        return scheme == "file" || parts.DefaultPort != 0 ? parts : null;
    }

    /// <summary>Writes the URL with another user info.</summary>
    /// <param name="userName">The user name; null for none.</param>
    /// <returns>The URL.</returns>
    public string Write(string? userName) =>
        $"{Scheme}{Separator}{(userName is null ? "" : userName + "@")}{Host}{(Port is null ? "" : ":" + Port)}{Path}";

    /// <summary>Splits what stands before a path. A password may have an @ in it: the last one ends it.</summary>
    /// <param name="authority">The text.</param>
    /// <returns>The user name and password, each null when there is none, and the rest.</returns>
    public static (string? UserName, string? Password, string Host) SplitUserInfo(string authority)
    {
        var at = authority.LastIndexOf('@');
        if (at < 0)
            return (null, null, authority);
        var colon = authority.IndexOf(':', StringComparison.Ordinal);
        return colon >= 0 && colon < at
            ? (authority[..colon], authority[(colon + 1)..at], authority[(at + 1)..])
            : (authority[..at], null, authority[(at + 1)..]);
    }

    /// <summary>Splits a host from its port.</summary>
    /// <param name="host">The text; an IPv6 address in brackets.</param>
    /// <returns>The host, and the port, null when there is none.</returns>
    public static (string Host, string? Port) SplitPort(string host)
    {
        var colon = host.IndexOf(':', Math.Max(0, host.IndexOf(']', StringComparison.Ordinal)));
        return colon < 0 ? (host, null) : (host[..colon], host[(colon + 1)..]);
    }
}
