namespace Gitproc.Repositories;

/// <summary>The errors about addresses. What they tell of an address holds nothing secret.</summary>
internal static class AddressError
{
    private const string Hidden = "***";

    /// <summary>Makes the error of a text that is no address.</summary>
    /// <param name="text">The text; empty when it cannot be shown.</param>
    /// <param name="why">What is wrong with it, as the rest of a sentence.</param>
    /// <returns>The error.</returns>
    public static GitprocException Invalid(string text, string why)
    {
        var shown = Redact(text);
        return new GitprocException(
            ErrorReason.InvalidAddress,
            $"{(shown.Length == 0 ? "This" : $"'{shown}'")} is not the address of a repository: {why}. Give a URL, a path, or a name the pool knows.",
            shown);
    }

    /// <summary>Makes the error of a path where no repository is.</summary>
    /// <param name="path">The path, absolute.</param>
    /// <param name="text">How it was written.</param>
    /// <returns>The error.</returns>
    public static GitprocException NothingAt(string path, string text) =>
        new(ErrorReason.UnknownRepository, $"There is no git repository at {Redact(path)}.", Redact(text));

    /// <summary>
    /// Hides what may be a password. In a text that is no address nobody knows where a password ends, so all from the
    /// first <c>//</c> or colon to the last @ goes; the user of <c>user@host:path</c> stays. So does all of a URL from a
    /// <c>?</c> or <c>#</c> on.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <returns>The text that may be shown.</returns>
    public static string Redact(string text)
    {
        var shown = RedactUser(text);
        var url = shown.IndexOf("://", StringComparison.Ordinal);
        var query = url < 0 ? -1 : shown.IndexOfAny(['?', '#'], url);
        return query < 0 ? shown : shown[..(query + 1)] + Hidden;
    }

    private static string RedactUser(string text)
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
