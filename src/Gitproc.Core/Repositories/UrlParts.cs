namespace Gitproc.Repositories;

/// <summary>The parts of an address with a host, as they are written.</summary>
/// <param name="UserInfo">What stands before the host, and where; the user name is null if nothing does.</param>
internal sealed record UrlParts(string Scheme, UserInfo UserInfo, string Host, string? Port, string Path)
{
    private const string Separator = "://";

    /// <summary>True if it is written <c>host:path</c>.</summary>
    public bool IsScp { get; init; }

    public bool IsSsh => Scheme is "ssh" or "git+ssh" or "ssh+git";

    /// <summary>True if git uses curl for it, and takes a password from it.</summary>
    public bool IsHttp => Scheme is "http" or "https" or "git+http" or "git+https" or "ftp" or "ftps";

    /// <summary>The default port; 0 if there is none.</summary>
    public int DefaultPort => DefaultPortOf(Scheme);

    /// <returns>The parts; null if it is no URL with a known scheme.</returns>
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
    public static string WithKnownScheme(string text)
    {
        if (Split(text) is not { } parts)
            return text;
        var scheme = parts.Scheme is "git+http" or "git+https" ? parts.Scheme["git+".Length..] : parts.Scheme;
        return scheme + text[parts.Scheme.Length..];
    }

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

/// <summary>The user name and password in an address, and the text around them.</summary>
/// <param name="UserName">The user name; null if there is no user info.</param>
/// <param name="Password">The password; null if there is none.</param>
internal sealed record UserInfo(string? UserName, string? Password, string Before, string Rest)
{
    /// <summary>
    /// Splits what stands before a path. A password may have an @ in it: the last one ends it. git takes
    /// <c>[user@::1]</c> for <c>user@[::1]</c> (connect.c, host_end).
    /// </summary>
    public static UserInfo Split(string text, int begin, int end)
    {
        var at = text.LastIndexOf('@', Math.Max(end - 1, 0), end - begin);
        if (at < 0)
            return new UserInfo(null, null, text[..begin], text[begin..]);
        var bracket = text[begin] == '[' ? "[" : "";
        var user = text[(begin + bracket.Length)..at];
        var colon = user.IndexOf(':', StringComparison.Ordinal);
        var (name, password) = colon < 0 ? (user, null) : (user[..colon], user[(colon + 1)..]);
        return new UserInfo(name, password, text[..begin], bracket + text[(at + 1)..]);
    }

    /// <summary>The address without a password.</summary>
    /// <param name="userName">The user name; null for none.</param>
    public string Write(string? userName) => userName is null ? Before + Rest : $"{Before}{userName}@{Rest}";
}

/// <summary>
/// Splits <c>[user@]host:path</c>, which git takes for ssh when no slash comes before the first colon (connect.c,
/// url_is_local_not_ssh). A host in brackets may have a colon: <c>[::1]:path</c>, and <c>[host:port]:path</c>.
/// </summary>
internal static class ScpParts
{
    /// <returns>The parts; null if it is no such address.</returns>
    public static UrlParts? Split(string text)
    {
        var firstColon = text.IndexOf(':', StringComparison.Ordinal);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (firstColon < 0 || (slash >= 0 && slash < firstColon))
            return null;
        var colon = text.IndexOf(':', EndOfBrackets(text));
        if (colon < 0)
            return null;

        var path = text[(colon + 1)..];
        var userInfo = UserInfo.Split(text, 0, colon);
        var host = userInfo.Rest[..^(path.Length + 1)];
        string? port = null;
        // Two colons make an IPv6 address; one ends a host, and a port follows.
        if (host is ['[', .. var inner, ']'] && inner.Count(c => c == ':') < 2)
            (host, port) = UrlParts.SplitPort(inner);
        return new UrlParts("ssh", userInfo, host, port, path) { IsScp = true };
    }

    // connect.c, host_end: brackets count where a host begins, which is at the start or after an @.
    private static int EndOfBrackets(string text)
    {
        var begin = text.IndexOf("@[", StringComparison.Ordinal) + 1;
        return text[begin] == '[' ? Math.Max(0, text.IndexOf(']', begin)) : 0;
    }
}
