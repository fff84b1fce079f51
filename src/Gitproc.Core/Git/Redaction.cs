using System.Text.RegularExpressions;

namespace Gitproc.Git;

/// <summary>Takes passwords out of text that is shown.</summary>
internal static partial class Redaction
{
    /// <summary>Replaces the user info of every http and ftp URL, and every password of another URL.</summary>
    /// <param name="text">Any text, as git wrote it.</param>
    /// <returns>The text with <c>***</c> in their place.</returns>
    public static string Redact(string text) => UserInfo().Replace(text, "$1$2***@");

    /// <summary>Whether a text holds what <see cref="Redact"/> would replace.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>True when it does.</returns>
    public static bool HasUserInfo(string text) => UserInfo().IsMatch(text);

    [GeneratedRegex(@"((?:https?|ftps?)://)[^/\s'""]+@|(\w+://[^/\s:@'""]+:)[^/\s'""]+@", RegexOptions.IgnoreCase)]
    private static partial Regex UserInfo();
}
