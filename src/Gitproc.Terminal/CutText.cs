namespace Gitproc.Terminal;

/// <summary>Text that is cut to a width, counted in characters.</summary>
public static class CutText
{
    private const char Mark = '…';

    /// <summary>Cuts what is too long off the end.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">The most characters; 1 or more.</param>
    /// <returns>The text, with a mark where it is cut.</returns>
    public static string End(string text, int width)
    {
        if (text.Length <= width)
            return text;
        var end = width - 1;
        // Half of a pair is no character.
        return (end > 0 && char.IsHighSurrogate(text[end - 1]) ? text[..(end - 1)] : text[..end]) + Mark;
    }

    /// <summary>Cuts what is too long off the start: of addresses and paths the end tells more.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">The most characters; 1 or more.</param>
    /// <returns>The text, with a mark where it is cut.</returns>
    public static string Start(string text, int width)
    {
        if (text.Length <= width)
            return text;
        var start = text.Length - width + 1;
        return Mark + (start < text.Length && char.IsLowSurrogate(text[start]) ? text[(start + 1)..] : text[start..]);
    }
}
