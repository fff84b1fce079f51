using System.Text.RegularExpressions;

namespace Gitproc.Text;

/// <summary>Hides passwords in text that a user wrote, because any of it may be a URL with a password.</summary>
public static class SecretText
{
    private const string Hidden = "***";

    /// <summary>
    /// Hides what may be a password. In a text that is no address nobody knows where a password ends, so all from the
    /// first <c>//</c> or colon to the last @ goes; the user of <c>user@host:path</c> stays. So does all of a URL from
    /// a <c>?</c> or <c>#</c> on.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <returns>The text that may be shown.</returns>
    public static string Hide(string text)
    {
        var shown = HideUser(text);
        var url = shown.IndexOf("://", StringComparison.Ordinal);
        var query = url < 0 ? -1 : shown.IndexOfAny(['?', '#'], url);
        return query < 0 ? shown : shown[..(query + 1)] + Hidden;
    }

    private static string HideUser(string text)
    {
        var end = text.LastIndexOf('@');
        var before = text[..Math.Max(end, 0)];
        var separators = new[]
        {
            before.IndexOf("//", StringComparison.Ordinal),
            before.IndexOf(':', StringComparison.Ordinal),
        };
        var start = separators.Where(at => at >= 0).DefaultIfEmpty(-1).Min() + 1;
        if (start == 0)
            return text;
        while (start < end && text[start] == '/')
            start++;
        return text[..start] + Hidden + text[end..];
    }
}

/// <summary>
/// Keeps passwords out of what is shown and kept. A password may hold any character, quotes, blanks and slashes too, so
/// nobody can tell from a text where one ends: what is taken out ends at the last @ of a line.
/// </summary>
internal static partial class Redaction
{
    /// <summary>Replaces the user info of http and ftp URLs, and the passwords of other URLs, in every line.</summary>
    public static string Redact(string text) => UserInfo().Replace(text, "$1$2***@");

    /// <summary>
    /// True if an address, or a text with one in it, may hold a password or token; rather once too often. The user in
    /// <c>git@host:path</c> and <c>ssh://git@host/path</c> is none.
    /// </summary>
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
