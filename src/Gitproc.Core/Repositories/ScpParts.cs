namespace Gitproc.Repositories;

/// <summary>
/// Splits <c>[user@]host:path</c>, which git takes for ssh when no slash comes before the first colon (connect.c,
/// url_is_local_not_ssh). A host in brackets may have a colon: <c>[::1]:path</c>, and <c>[host:port]:path</c>.
/// </summary>
internal static class ScpParts
{
    /// <summary>Splits an address.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The parts; null when it is no such address.</returns>
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
