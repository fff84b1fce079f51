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
        var bracket = text.StartsWith('[') || text.Contains("@[", StringComparison.Ordinal) ? text.IndexOf(']', StringComparison.Ordinal) : -1;
        var colon = text.IndexOf(':', Math.Max(0, bracket));
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (colon < 0 || (slash >= 0 && slash < colon))
            return null;
        var (userName, password, host) = UrlParts.SplitUserInfo(text[..colon]);
        string? port = null;
        // Two colons make an IPv6 address; one ends a host, and a port follows.
        if (host is ['[', .. var inner, ']'] && inner.Count(c => c == ':') < 2)
            (host, port) = UrlParts.SplitPort(inner);
        return new UrlParts("ssh", userName, password, host, port, text[(colon + 1)..]) { IsScp = true };
    }
}
