using System.Text.RegularExpressions;
using Gitproc.Files;

namespace Gitproc.Git.Untrusted;

/// <summary>
/// Removes passwords and tokens from what a rescue keeps of git directories and of the shared files of worktrees: user
/// information in URLs, extra headers, and files of credential helpers. They are not work, and would otherwise stay on
/// disk as long as the rescue. The text is searched and not parsed, so that a password is also removed from a file that
/// git would refuse.
/// </summary>
internal static partial class SecretConfig
{
    /// <summary>Removes secrets from a config file, or another file into which git writes URLs.</summary>
    public static RawText Cut(RawText content) => RawText.FromChars(Cut(content.Chars));

    /// <inheritdoc cref="Cut(RawText)"/>
    public static string Cut(string text) =>
        Password().Replace(UserInfo().Replace(Header().Replace(text, ""), "$1"), "$1");

    /// <summary>True if the text of a file in a git directory may contain secrets.</summary>
    /// <param name="path">The path relative to the git directory.</param>
    public static bool MayBeIn(RawText path) =>
        path.Chars is "config" or "config.worktree" or "FETCH_HEAD"
        || path.StartsWith("logs/"u8)
        || path.StartsWith("remotes/"u8)
        || path.StartsWith("branches/"u8);

    /// <summary>True if a file in a git directory belongs to a credential helper.</summary>
    /// <param name="path">The path relative to the git directory.</param>
    public static bool IsCredential(RawText path) =>
        !path.Contains('/') && path.Chars.Contains("cred", StringComparison.OrdinalIgnoreCase);

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
