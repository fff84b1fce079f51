using System.Text.RegularExpressions;

namespace Gitproc.Git.Untrusted;

/// <summary>
/// Takes passwords and tokens out of what a rescue keeps of git directories and of what worktrees share: user information in
/// URLs, extra headers, and files of credential helpers. Nobody who looks for work misses them, and they would live as long
/// as the rescue. It looks at the text and does not parse it: a password also goes from a file that git would refuse.
/// </summary>
internal static partial class SecretConfig
{
    /// <summary>Takes them out of raw text: a config file, or what else git writes URLs into.</summary>
    /// <returns>The text without them.</returns>
    public static string Cut(string text) => Password().Replace(UserInfo().Replace(Header().Replace(text, ""), "$1"), "$1");

    /// <summary>Whether a file of a git directory may have some in its text.</summary>
    /// <param name="path">Its raw path from the git directory.</param>
    public static bool MayBeIn(string path) =>
        path is "config" or "config.worktree" or "FETCH_HEAD" || path.StartsWith("logs/", StringComparison.Ordinal) || path.StartsWith("remotes/", StringComparison.Ordinal)
        || path.StartsWith("branches/", StringComparison.Ordinal);

    /// <summary>Whether a file of a git directory is one of a credential helper.</summary>
    /// <param name="path">Its raw path from the git directory.</param>
    public static bool IsCredential(string path) => !path.Contains('/', StringComparison.Ordinal) && path.Contains("cred", StringComparison.OrdinalIgnoreCase);

    // git-config(1): a value goes on behind a backslash at the end of a line, and the first entry may stand behind its section.
    [GeneratedRegex(@"(?<=^[ \t]*(?:\[[^\n]*\][ \t]*)?)(?:extraheader|cookiefile|proxy|password|passwd|token|oauth\w*)[ \t]*=(?:[^\n\\]|\\[^\n]|\\\n)*", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Header();

    // What is before the path alone: git and curl look no further for a user.
    [GeneratedRegex(@"((?:https?|ftps?)://)[^/?#\s\0]*@", RegexOptions.IgnoreCase)]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"([a-z][a-z0-9+.-]*://[^/?#:@\s\0]*):[^/?#\s\0]*(?=@)", RegexOptions.IgnoreCase)]
    private static partial Regex Password();
}
