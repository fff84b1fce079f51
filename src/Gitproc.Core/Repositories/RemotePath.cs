using Gitproc.Reports;

namespace Gitproc.Repositories;

/// <summary>The paths of repositories on a host in normal form.</summary>
internal static class RemotePath
{
    private const string GitSuffix = ".git";

    /// <summary>Brings the path of an address into normal form: decoded, no needless slash, no <c>.git</c>.</summary>
    /// <param name="parts">The address.</param>
    /// <param name="host">Its host in normal form.</param>
    /// <param name="foldsCase">Whether upper and lower case are the same there.</param>
    /// <param name="text">The address as written.</param>
    /// <returns>The path, without slashes at its ends.</returns>
    /// <exception cref="GitprocException">It is none that a repository may have.</exception>
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
        // The shell at the other end takes ~ for the home of the user (git-clone(1), "GIT URLS"). For http a user name
        // means no such thing, and may be a token.
        if (parts is { IsSsh: true, UserInfo.UserName: { } user } && names is ["~", ..])
            names[0] += user;
        return names;
    }
}
