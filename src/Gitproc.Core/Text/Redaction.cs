using System.Text.RegularExpressions;

namespace Gitproc.Text;

/// <summary>
/// Keeps passwords out of what is shown and kept. A password may hold any character, quotes, blanks and slashes too, so
/// nobody can tell from a text where one ends: what is taken out ends at the last @ of a line.
/// </summary>
internal static partial class Redaction
{
    /// <summary>Replaces in every line the user info of http and ftp URLs, and the passwords of other URLs.</summary>
    /// <param name="text">Any text, as git wrote it.</param>
    /// <returns>The text with <c>***</c> in their place.</returns>
    public static string Redact(string text) => UserInfo().Replace(text, "$1$2***@");

    /// <summary>
    /// Whether an address, or a text with one in it, may hold a password or token; rather once too often. The user in
    /// <c>git@host:path</c> and <c>ssh://git@host/path</c> is none.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <returns>False when there is none for certain.</returns>
    public static bool MayHoldSecret(string text)
    {
        var rest = SshUser().Replace(text, "$1");
        var begin = rest.IndexOf(':', StringComparison.Ordinal);
        if (begin < 0)
            return false;
        var isUrl = rest.Contains("://", StringComparison.Ordinal);
        return rest.IndexOf('@', begin) >= 0 || (isUrl && rest.AsSpan(begin).ContainsAny('?', '#'));
    }

    [GeneratedRegex(@"((?:https?|ftps?)://).*@|(\w+://[^/:@]*:).*@", RegexOptions.IgnoreCase)]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"(ssh://)[\w.-]+@", RegexOptions.IgnoreCase)]
    private static partial Regex SshUser();
}
