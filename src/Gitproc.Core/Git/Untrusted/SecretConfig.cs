using System.Text.RegularExpressions;

namespace Gitproc.Git.Untrusted;

/// <summary>
/// Removes passwords and tokens from what a rescue keeps of git directories and of the shared files of worktrees: user
/// information in URLs, extra headers, and files of credential helpers. They are not work, and would otherwise stay on
/// disk as long as the rescue. The text is searched and not parsed, so that a password is also removed from a file that
/// git would refuse.
/// </summary>
internal static partial class SecretConfig
{
    /// <summary>Removes secrets from raw text: a config file, or another file into which git writes URLs.</summary>
    /// <returns>The text without secrets.</returns>
    public static string Cut(string text) =>
        Password().Replace(UserInfo().Replace(Header().Replace(text, ""), "$1"), "$1");

    /// <summary>True if the text of a file in a git directory may contain secrets.</summary>
    /// <param name="path">The raw path relative to the git directory.</param>
    public static bool MayBeIn(string path) =>
        path is "config" or "config.worktree" or "FETCH_HEAD"
        || path.StartsWith("logs/", StringComparison.Ordinal)
        || path.StartsWith("remotes/", StringComparison.Ordinal)
        || path.StartsWith("branches/", StringComparison.Ordinal);

    /// <summary>True if a file in a git directory belongs to a credential helper.</summary>
    /// <param name="path">The raw path relative to the git directory.</param>
    public static bool IsCredential(string path) =>
        !path.Contains('/', StringComparison.Ordinal) && path.Contains("cred", StringComparison.OrdinalIgnoreCase);

    // A backslash at the end of a line continues the value, and the first entry may be on the line of its section
    // header (git-config(1)).
    [GeneratedRegex(
        @"(?<=^[ \t]*(?:\[[^\n]*\][ \t]*)?)(?:extraheader|cookiefile|proxy|password|passwd|token|oauth\w*)[ \t]*=(?:[^\n\\]|\\[^\n]|\\\n)*",
        RegexOptions.IgnoreCase | RegexOptions.Multiline
    )]
    private static partial Regex Header();

    // Only the part before the path: git and curl search no further for user information.
    [GeneratedRegex(@"((?:https?|ftps?)://)[^/?#\s\0]*@", RegexOptions.IgnoreCase)]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"([a-z][a-z0-9+.-]*://[^/?#:@\s\0]*):[^/?#\s\0]*(?=@)", RegexOptions.IgnoreCase)]
    private static partial Regex Password();
}
