using System.Globalization;
using System.Text;
using Wcwidth;

namespace Gitproc.Terminal;

/// <summary>Text by the cells that it takes on a terminal: a Chinese character takes two, a combining accent none.</summary>
public static class CellText
{
    private const char Mark = '…';

    /// <summary>Counts the cells.</summary>
    /// <param name="text">The text, without control characters.</param>
    /// <returns>The cells.</returns>
    public static int Width(string text) => Ascii.IsValid(text) ? text.Length : text.EnumerateRunes().Sum(rune => Math.Max(0, UnicodeCalculator.GetWidth(rune)));

    /// <summary>Fills a text up with spaces.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">The cells that it is to take at least.</param>
    /// <returns>The text, with spaces behind it.</returns>
    public static string Pad(string text, int width) => text + new string(' ', Math.Max(0, width - Width(text)));

    /// <summary>Cuts what is too long off the end.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">The most cells; 1 or more.</param>
    /// <returns>The text, with a mark where it is cut.</returns>
    public static string CutEnd(string text, int width) =>
        Width(text) <= width ? text : text[..Fitting(Characters(text), width - 1)] + Mark;

    /// <summary>Cuts what is too long off the start: of addresses and paths the end tells more.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">The most cells; 1 or more.</param>
    /// <returns>The text, with a mark where it is cut.</returns>
    public static string CutStart(string text, int width) =>
        Width(text) <= width ? text : Mark + text[^Fitting(Characters(text).Reverse(), width - 1)..];

    // How long those of the first characters are together that take no more cells than that.
    private static int Fitting(IEnumerable<string> characters, int width) =>
        characters.TakeWhile(character => (width -= Width(character)) >= 0).Sum(character => character.Length);

    // As users see them: with their accents.
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
