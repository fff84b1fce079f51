namespace Gitproc.Cli.Help;

/// <summary>Wraps text at a width. build/Help, which generates the pages, compiles this file too.</summary>
internal static class TextWrap
{
    /// <summary>Wraps a paragraph or a list item.</summary>
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
