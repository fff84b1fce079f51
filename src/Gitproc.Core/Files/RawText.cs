using System.Runtime.CompilerServices;
using System.Text;

namespace Gitproc.Files;

/// <summary>
/// Bytes of git or of a file system: names and contents, in UTF-8 or not. A type of its own, so that the compiler tells
/// them from text. They are compared byte by byte. On Windows, names are not bytes; there they are the UTF-8 of the
/// name. The default is empty. Thread-safe.
/// </summary>
internal readonly struct RawText : IEquatable<RawText>, IComparable<RawText>
{
    // git-compat-util.h, isspace. To .NET more is white space, also the last bytes of the letters à and х.
    private static readonly char[] WhiteSpace = [' ', '\t', '\n', '\r'];

    // A char for each byte: strings are found, cut and hashed fast.
    private readonly string? _chars;

    private RawText(string chars) => _chars = chars;

    public int Length => Chars.Length;

    /// <summary>A char for each byte, for parsers and patterns that only know ASCII.</summary>
    public string Chars => _chars ?? "";

    public char this[int index] => Chars[index];

    public RawText this[Range range] => new(Chars[range]);

    /// <summary>Makes it from a constant. Each use allocates, so keep the value if it is used often.</summary>
    public static implicit operator RawText(ReadOnlySpan<byte> bytes) => FromBytes(bytes);

    public static RawText operator +(RawText first, RawText second) => new(first.Chars + second.Chars);

    public static bool operator ==(RawText first, RawText second) => first.Equals(second);

    public static bool operator !=(RawText first, RawText second) => !first.Equals(second);

    public static bool operator ==(RawText first, ReadOnlySpan<byte> second) =>
        first.Length == second.Length && first.StartsWith(second);

    public static bool operator !=(RawText first, ReadOnlySpan<byte> second) => !(first == second);

    public static RawText FromBytes(ReadOnlySpan<byte> bytes) => new(Encoding.Latin1.GetString(bytes));

    /// <param name="chars">As <see cref="Chars"/>.</param>
    public static RawText FromChars(string chars) => new(chars);

    /// <summary>The UTF-8 of a text.</summary>
    public static RawText FromText(string text) =>
        Ascii.IsValid(text) ? new(text) : FromBytes(Encoding.UTF8.GetBytes(text));

    /// <summary>The bytes of raw parts and the UTF-8 of all others.</summary>
    public static RawText Create(Parts parts) => parts.ToRawText();

    /// <summary>Joins parts, with an end after each.</summary>
    public static RawText Concat(IEnumerable<RawText> parts, char end)
    {
        var all = new StringBuilder();
        foreach (var part in parts)
            all.Append(part.Chars).Append(end);
        return new RawText(all.ToString());
    }

    public static RawText Join(char separator, IEnumerable<RawText> parts) =>
        new(string.Join(separator, parts.Select(part => part.Chars)));

    public byte[] ToBytes() => Encoding.Latin1.GetBytes(Chars);

    /// <param name="bytes">At least <see cref="Length"/> bytes.</param>
    public void CopyTo(Span<byte> bytes) => Encoding.Latin1.GetBytes(Chars, bytes);

    /// <summary>The text. If the bytes are not UTF-8, <see cref="FromText"/> does not lead back to them.</summary>
    public string ToText() => Ascii.IsValid(Chars) ? Chars : Encoding.UTF8.GetString(ToBytes());

    public bool StartsWith(RawText start) => Chars.StartsWith(start.Chars, StringComparison.Ordinal);

    public bool StartsWith(ReadOnlySpan<byte> start)
    {
        if (start.Length > Length)
            return false;
        for (var i = 0; i < start.Length; i++)
        {
            if (Chars[i] != start[i])
                return false;
        }

        return true;
    }

    public bool EndsWith(RawText end) => Chars.EndsWith(end.Chars, StringComparison.Ordinal);

    public bool EndsWith(char end) => Chars.EndsWith(end);

    public bool Contains(char one) => Chars.Contains(one, StringComparison.Ordinal);

    public bool Contains(RawText part) => Chars.Contains(part.Chars, StringComparison.Ordinal);

    public int IndexOf(char one, int start = 0) => Chars.IndexOf(one, start);

    public int IndexOf(RawText part, int start = 0) => Chars.IndexOf(part.Chars, start, StringComparison.Ordinal);

    public int LastIndexOf(char one) => Chars.LastIndexOf(one);

    public int LastIndexOf(RawText part) => Chars.LastIndexOf(part.Chars, StringComparison.Ordinal);

    /// <summary>Everything before the last slash of a path; empty if there is none.</summary>
    public RawText ParentPath() => this[..Math.Max(0, LastIndexOf('/'))];

    public RawText[] Split(char separator, StringSplitOptions options = StringSplitOptions.None) =>
        Array.ConvertAll(Chars.Split(separator, options), FromChars);

    /// <summary>Removes what is white space to git.</summary>
    public RawText Trim() => new(Chars.Trim(WhiteSpace));

    /// <summary>As <see cref="Trim"/>, at the end only.</summary>
    public RawText TrimEnd() => new(Chars.TrimEnd(WhiteSpace));

    public RawText TrimEnd(char one) => new(Chars.TrimEnd(one));

    public bool Equals(RawText other) => Chars == other.Chars;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RawText other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Chars.GetHashCode(StringComparison.Ordinal);

    public int CompareTo(RawText other) => string.CompareOrdinal(Chars, other.Chars);

    /// <summary>As <see cref="ToText"/>.</summary>
    public override string ToString() => ToText();

    /// <summary>What <see cref="RawText.Create"/> is called with: <c>$"…"</c>.</summary>
    [InterpolatedStringHandler]
    public readonly struct Parts(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _chars = new(literalLength + (16 * formattedCount));

        public void AppendLiteral(string text) => AppendFormatted(text);

        public void AppendFormatted(string text) => AppendFormatted(FromText(text));

        public void AppendFormatted(RawText raw) => _chars.Append(raw.Chars);

        public RawText ToRawText() => new(_chars.ToString());
    }
}
