namespace Gitproc.Text;

/// <summary>Hides passwords in text that a user wrote: it may be a URL with a password, wherever it stands.</summary>
public static class SecretText
{
    private const string Hidden = "***";

    /// <summary>
    /// Hides what may be a password. In a text that is no address nobody knows where a password ends, so all from the
    /// first <c>//</c> or colon to the last @ goes; the user of <c>user@host:path</c> stays. So does all of a URL from a
    /// <c>?</c> or <c>#</c> on.
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
        var separators = new[] { before.IndexOf("//", StringComparison.Ordinal), before.IndexOf(':', StringComparison.Ordinal) };
        var start = separators.Where(at => at >= 0).DefaultIfEmpty(-1).Min() + 1;
        if (start == 0)
            return text;
        while (start < end && text[start] == '/')
            start++;
        return text[..start] + Hidden + text[end..];
    }
}
