using System.Text;

namespace Gitproc.Files;

/// <summary>
/// Raw text is a string that has a character for each byte: file names and contents as they are, UTF-8 or not, that can
/// be compared, cut and kept like any text. On Windows, where names are no bytes, they are UTF-8.
/// </summary>
internal static class RawText
{
    /// <summary>Makes raw text of bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The raw text.</returns>
    public static string Of(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>Makes raw text of a text.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The raw text of its UTF-8.</returns>
    public static string OfText(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>The bytes of raw text.</summary>
    /// <param name="raw">Raw text.</param>
    /// <returns>A byte for each character.</returns>
    public static byte[] ToBytes(string raw) => Encoding.Latin1.GetBytes(raw);

    /// <summary>What raw text says to people; not always back to the same raw text.</summary>
    /// <param name="raw">Raw text.</param>
    /// <returns>The text, with a sign of replacement where it is no UTF-8.</returns>
    public static string ToText(string raw) => Encoding.UTF8.GetString(ToBytes(raw));
}
