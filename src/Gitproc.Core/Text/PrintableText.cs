namespace Gitproc.Text;

/// <summary>
/// For text that others chose: a file's name, a branch, a label, what git said. A terminal obeys control characters,
/// and a CI system obeys commands in what a job prints.
/// </summary>
public static class PrintableText
{
    /// <summary>Escapes the characters that a terminal or a CI system obeys.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The text on one line, with <c>\x1b</c> and its like in place of what is obeyed.</returns>
    public static string Of(string text) => Escape(text, keepLines: false);

    /// <summary>Does the same for each line of a text.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The text with as many lines as before.</returns>
    public static string OfLines(string text) => Escape(text, keepLines: true);

    private static string Escape(string text, bool keepLines)
    {
        var isObeyed = false;
        for (var i = 0; i < text.Length && !isObeyed; i++)
            isObeyed = IsObeyed(text, i, keepLines);
        return isObeyed
            ? string.Concat(
                text.Select(
                    (c, i) =>
                        !IsObeyed(text, i, keepLines) ? $"{c}"
                        : c < 0x100 ? $"\\x{(int)c:x2}"
                        : $"\\u{(int)c:x4}"))
            : text;
    }

    private static bool IsObeyed(string text, int at, bool keepLines)
    {
        var before = text.AsSpan(0, at);
        var after = text.AsSpan(at);
        return text[at] switch
        {
            '\n' or '\t' => !keepLines,
            // Azure Pipelines looks for "##vso[" and "##[" anywhere in a line, GitHub Actions for "##[" (Command.cs and
            // ActionCommand.cs of their agents).
            '#' => after.StartsWith("##[") || after.StartsWith("##vso[", StringComparison.OrdinalIgnoreCase),
            // GitHub Actions takes "::" for a command at the beginning of a line, after white space.
            ':' => after.StartsWith("::") && before[(before.LastIndexOf('\n') + 1)..].IsWhiteSpace(),
            // Line separators, and what turns the direction of writing.
            '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') => true,
            var c => char.IsControl(c),
        };
    }
}

/// <summary>The address of the documents, which are online only.</summary>
public static class OnlineDocuments
{
    /// <summary>The beginning of a document's address; its path in the folder docs follows.</summary>
    public const string Folder = "https://github.com/gitproc/gitproc/blob/main/docs/";
}
