using System.Text;

namespace Gitproc.Files;

/// <summary>
/// Raw text is a string with a character for each byte: file names and contents as they are, in UTF-8 or not. It can be
/// compared, cut and kept like any text. On Windows, names are not bytes; their raw text is that of their UTF-8.
/// </summary>
internal static class RawText
{
    // git-compat-util.h, isspace.
    private static readonly char[] WhiteSpace = [' ', '\t', '\n', '\r'];

    /// <summary>Makes raw text from bytes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>Makes raw text from the UTF-8 of a text.</summary>
    public static string OfText(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>The bytes of raw text.</summary>
    public static byte[] ToBytes(string raw) => Encoding.Latin1.GetBytes(raw);

    /// <summary>
    /// Removes what is white space to git. To .NET more is, also the last bytes of the letters <c>à</c> and <c>х</c>.
    /// </summary>
    public static string Trim(string raw) => raw.Trim(WhiteSpace);

    /// <summary>As <see cref="Trim"/>, at the end only.</summary>
    public static string TrimEnd(string raw) => raw.TrimEnd(WhiteSpace);

    /// <summary>The text for people. It does not always lead back to the same raw text.</summary>
    public static string ToText(string raw) => Encoding.UTF8.GetString(ToBytes(raw));
}
