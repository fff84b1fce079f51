using System.Text;

namespace Gitproc.Files;

/// <summary>
/// Raw text is a string that has a character for each byte: file names and contents as they are, UTF-8 or not, that can
/// be compared, cut and kept like any text. On Windows, where names are no bytes, they are UTF-8.
/// </summary>
internal static class RawText
{
    // git-compat-util.h, isspace.
    private static readonly char[] WhiteSpace = [' ', '\t', '\n', '\r'];

    /// <summary>Makes raw text of bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The raw text.</returns>
    public static string Of(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>Makes raw text of a text.</summary>
    /// <returns>The raw text of its UTF-8.</returns>
    public static string OfText(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>The bytes of raw text.</summary>
    /// <param name="raw">Raw text.</param>
    public static byte[] ToBytes(string raw) => Encoding.Latin1.GetBytes(raw);

    /// <summary>Takes away what git takes for white space. What .NET does are bytes of letters too: <c>à</c> and <c>х</c> end in such a one.</summary>
    /// <param name="raw">Raw text.</param>
    /// <returns>The text without spaces, tabs and line ends around it.</returns>
    public static string Trim(string raw) => raw.Trim(WhiteSpace);

    /// <summary>As <see cref="Trim"/>, at the end only.</summary>
    /// <param name="raw">Raw text.</param>
    /// <returns>The text without spaces, tabs and line ends at its end.</returns>
    public static string TrimEnd(string raw) => raw.TrimEnd(WhiteSpace);

    /// <summary>What raw text says to people; not always back to the same raw text.</summary>
    /// <param name="raw">Raw text.</param>
    public static string ToText(string raw) => Encoding.UTF8.GetString(ToBytes(raw));
}
