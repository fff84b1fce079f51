namespace Gitproc.Cli.Help;

/// <summary>Text in lines that are no longer than a width. Also compiled into build/Help, which makes the pages.</summary>
internal static class TextWrap
{
    /// <summary>Wraps a paragraph, or an item of a list.</summary>
    public static IEnumerable<string> Lines(string text, int width)
    {
        var indent = text.StartsWith("- ", StringComparison.Ordinal) ? "  " : "";
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Trim().Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = indent + word;
            }
            else
            {
                line += (line.Length == 0 ? "" : " ") + word;
            }
        }

        yield return line;
    }
}
