using System.Text.RegularExpressions;

namespace Gitproc.Repositories;

/// <summary>The address of a repository, in any spelling that git accepts (git-clone(1), "GIT URLS").</summary>
/// <param name="Url">What git is given and what is kept: as it was written, without anything secret.</param>
/// <param name="Credential">What was cut from it; null if nothing was.</param>
internal sealed partial record RepositoryAddress(string Key, string Url, UrlCredential? Credential)
{
    public static RepositoryAddress Parse(string text, AddressRules rules)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw AddressError.Invalid("", "it is empty");
        if (text.Any(char.IsControl))
            throw AddressError.Invalid("", "it has control characters in it");
        if (text[0] == '-')
            throw AddressError.Invalid(text, "it begins with a dash");

        // insteadOf goes by what the user wrote; only what it does not fit may be written otherwise.
        var written = rules.Rewrite(text) == text ? UrlParts.WithKnownScheme(text) : text;
        var used = rules.Rewrite(written);
        // git for Windows takes file://C:\path too (connect.c, parse_connect_url).
        if (rules.WindowsPaths && used.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
            used = used.Replace('\\', '/');
        if (LocalPath.Is(used, rules))
            return LocalPath.Find(used, rules);
        if (UrlParts.Split(used) is { } url)
            return url.Scheme == "file" ? LocalPath.Find(url, used, rules) : OfRemote(url, written, used, rules);
        if (ForeignScheme().IsMatch(used))
            throw AddressError.Invalid(written, "its scheme is not one of http, https, ssh, git, ftp, ftps and file");
        return ScpParts.Split(used) is { } scp ? OfRemote(scp, written, used, rules) : LocalPath.Find(used, rules);
    }

    /// <summary>
    /// True if a text is a name to look up among the repositories of a pool, for example <c>owner/repo</c>.
    /// </summary>
    public static bool IsName(string text, AddressRules rules) =>
        !string.IsNullOrWhiteSpace(text)
        && text[0] != '-'
        && !text.Contains(':')
        && !text.Contains('\\')
        && !text.Any(char.IsControl)
        && !LocalPath.Is(text, rules)
        && rules.Rewrite(text) == text;

    /// <summary>
    /// True if a text that is not a name may still be a key, because of a port: <c>host:8080/path</c>.
    /// </summary>
    public static bool MayBeKey(string text, AddressRules rules) =>
        text.Contains(':')
        && !text.Contains("://", StringComparison.Ordinal)
        && !LocalPath.Is(text, rules)
        && rules.Rewrite(text) == text;

    private static RepositoryAddress OfRemote(UrlParts parts, string written, string used, AddressRules rules)
    {
        // ssh would take it for an option (connect.c, looks_like_command_line_option).
        if (parts is { IsSsh: true, UserInfo.UserName: ['-', ..] })
            throw AddressError.Invalid(written, "its user name begins with a dash");
        var host = RemoteHost.Normalize(parts.Host) ?? throw AddressError.Invalid(written, "its host is not a host");
        // https:/host/path: to git, a host named https. What follows may be a password.
        if (parts.IsScp && host is "http" or "https" or "ftp" or "ftps")
            throw AddressError.Invalid(written, $"after {host}: two slashes are missing");
        if (!RemoteHost.TryReadPort(parts, host, out var port))
            throw AddressError.Invalid(written, "its port is not a port");
        RefuseSecretInPath(parts, written);
        var path = RemotePath.Normalize(parts, host, rules.FoldsCase(host, port), written);
        if (port is null)
            (host, path) = AzureDevOps.Normalize(host, path);
        if (rules.FoldsCase(host, port))
            path = path.ToLowerInvariant();
        var key = port is null ? $"{host}/{path}" : $"{host}:{port}/{path}";
        return WithoutSecret(key, written == used ? parts : PartsOfWritten(written, parts), written);
    }

    // What git reads as a path or a query may have been meant as a password, and would be kept and shown. At the
    // beginning of a name, an @ is part of it.
    private static void RefuseSecretInPath(UrlParts parts, string written)
    {
        var hasAt = parts.Path.Split('/').Any(name => name.LastIndexOf('@') > 0);
        if (parts.IsScp && hasAt)
            throw AddressError.Invalid(
                written,
                "there is an @ after its colon, and it can hold no password. For a path with an @ write ssh://user@host/path"
            );
        if (!parts.IsHttp)
            return;
        if (hasAt)
        {
            throw AddressError.Invalid(
                written, "there is an @ in its path. Write %2F for a slash in a password, and %40 for an @ in a path");
        }

        if (parts.Path.AsSpan().ContainsAny('?', '#'))
            throw AddressError.Invalid(
                written,
                "there is a ? or # in it. git sends no query; give a token as https://token@host/path, and write %3F and %23 in a path"
            );
    }

    // What is kept of a rewritten address is what the user wrote; git rewrites that itself whenever it uses it. A short
    // form may hold user info as well; it then ends like the address that was made of it.
    private static UrlParts? PartsOfWritten(string written, UrlParts used) =>
        UrlParts.Split(written) ?? (written.EndsWith("@" + used.UserInfo.Rest, StringComparison.Ordinal) ? used : null);

    private static RepositoryAddress WithoutSecret(string key, UrlParts? parts, string written)
    {
        if (parts is not { UserInfo: { UserName: { } userName } userInfo })
            return new RepositoryAddress(key, written, null);
        // ssh takes no password from a URL, and its user name is not a secret.
        if (parts.IsSsh)
            return new RepositoryAddress(key, userInfo.Password is null ? written : userInfo.Write(userName), null);
        if (userInfo.Password is null && AzureDevOps.IsOrganization(userName, key))
            return new RepositoryAddress(key, written, null);
        return new RepositoryAddress(key, userInfo.Write(null), UrlCredential.Decode(userName, userInfo.Password));
    }

    // git runs a program for SCHEME::ADDRESS, and for SCHEME://ADDRESS that it does not know itself (transport.c,
    // transport_get; gitremote-helpers(7), "INVOCATION").
    [GeneratedRegex("^[a-z0-9][a-z0-9+.-]*(::|://)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ForeignScheme();
}
