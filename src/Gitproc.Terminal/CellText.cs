using System.Globalization;
using System.Text;
using Wcwidth;

namespace Gitproc.Terminal;

/// <summary>
/// Measures and cuts text in terminal cells. A Chinese character takes two cells, a combining accent none.
/// </summary>
public static class CellText
{
    private const char Mark = '…';

    /// <summary>Counts the cells of a text.</summary>
    /// <param name="text">The text, without control characters.</param>
    /// <returns>The number of cells.</returns>
    public static int Width(string text) =>
        Ascii.IsValid(text)
            ? text.Length
            : text.EnumerateRunes().Sum(rune => Math.Max(0, UnicodeCalculator.GetWidth(rune)));

    /// <summary>Cuts off the end of a text that is too long.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">The maximum number of cells; at least 1.</param>
    /// <returns>The text, with an ellipsis where it is cut.</returns>
    public static string CutEnd(string text, int width) =>
        Width(text) <= width ? text : text[..Fitting(Characters(text), width - 1)] + Mark;

    /// <summary>
    /// Cuts the middle out of a text that is too long. Both ends of an address, a path or a name tell what it is.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="width">The maximum number of cells; at least 1.</param>
    /// <returns>The text, with an ellipsis where it is cut.</returns>
    public static string CutMiddle(string text, int width)
    {
        if (Width(text) <= width)
            return text;
        var start = text[..Fitting(Characters(text), (width - 1) / 2)];
        return start + Mark + text[^Fitting(Characters(text).Reverse(), width - 1 - Width(start))..];
    }

    // Returns the length, in UTF-16 characters, of the leading characters that fit into the width.
    private static int Fitting(IEnumerable<string> characters, int width) =>
        characters.TakeWhile(character => (width -= Width(character)) >= 0).Sum(character => character.Length);

    // Text elements: each character with its combining accents.
    private static IEnumerable<string> Characters(string text)
    {
        for (var rest = text; rest.Length > 0;)
        {
            var length = StringInfo.GetNextTextElementLength(rest);
            yield return rest[..length];
            rest = rest[length..];
        }
    }
}
