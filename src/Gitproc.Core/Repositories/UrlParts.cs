namespace Gitproc.Repositories;

/// <summary>The parts of an address with a host, as they are written.</summary>
/// <param name="Scheme">The scheme, in lower case; <c>ssh</c> for <c>host:path</c>.</param>
/// <param name="UserInfo">What stands before the host, and where; the user name is null when nothing does.</param>
/// <param name="Host">The host, an IPv6 one in brackets.</param>
/// <param name="Port">The port; null when there is none.</param>
/// <param name="Path">What follows, with the slash it begins with.</param>
internal sealed record UrlParts(string Scheme, UserInfo UserInfo, string Host, string? Port, string Path)
{
    private const string Separator = "://";

    /// <summary>Whether it was written <c>host:path</c>.</summary>
    public bool IsScp { get; init; }

    /// <summary>Whether git uses ssh for it.</summary>
    public bool IsSsh => Scheme is "ssh" or "git+ssh" or "ssh+git";

    /// <summary>Whether git uses curl for it, and takes a password from it.</summary>
    public bool IsHttp => Scheme is "http" or "https" or "git+http" or "git+https" or "ftp" or "ftps";

    /// <summary>The port that need not be written; 0 when there is none.</summary>
    public int DefaultPort => DefaultPortOf(Scheme);

    /// <summary>Splits a URL.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The parts; null when it is no URL with a known scheme.</returns>
    public static UrlParts? Split(string text)
    {
        var end = text.IndexOf(Separator, StringComparison.Ordinal);
        if (end <= 0)
            return null;
        var scheme = text[..end].ToLowerInvariant();
        if (scheme != "file" && DefaultPortOf(scheme) == 0)
            return null;
        var begin = end + Separator.Length;
        var slash = text.IndexOf('/', begin);
        var path = slash < 0 ? "" : text[slash..];
        var userInfo = UserInfo.Split(text, begin, text.Length - path.Length);
        var (host, port) = SplitPort(userInfo.Rest[..^path.Length]);
        return new UrlParts(scheme, userInfo, host, port, path);
    }

    /// <summary>
    /// Writes the scheme as git knows it. It takes lower case only, and <c>git+https</c>, which package managers write
    /// before a URL, not at all.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <returns>The text with such a scheme; what was given when it is no URL.</returns>
    public static string WithKnownScheme(string text)
    {
        if (Split(text) is not { } parts)
            return text;
        var scheme = parts.Scheme is "git+http" or "git+https" ? parts.Scheme["git+".Length..] : parts.Scheme;
        return scheme + text[parts.Scheme.Length..];
    }

    /// <summary>Splits a host from its port.</summary>
    /// <param name="host">The text; of an IPv6 address the brackets may lack, as git allows it.</param>
    /// <returns>The host, and the port, null when there is none.</returns>
    public static (string Host, string? Port) SplitPort(string host)
    {
        if (host is not ['[', ..] && host.Count(c => c == ':') > 1)
            return ($"[{host}]", null);
        var colon = host.IndexOf(':', Math.Max(0, host.IndexOf(']', StringComparison.Ordinal)));
        return colon < 0 ? (host, null) : (host[..colon], host[(colon + 1)..]);
    }

    private static int DefaultPortOf(string scheme) => scheme switch
    {
        "http" or "git+http" => 80,
        "https" or "git+https" => 443,
        "ssh" or "git+ssh" or "ssh+git" => 22,
        "git" => 9418,
        "ftp" => 21,
        "ftps" => 990,
        _ => 0,
    };
}
