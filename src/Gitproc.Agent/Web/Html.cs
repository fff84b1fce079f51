using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Gitproc.Text;

namespace Gitproc.Agent.Web;

/// <summary>
/// A piece of HTML. An interpolated string becomes one, and all that is put into its holes is escaped, unless it is
/// HTML already. So what a job or a remote has named never becomes a tag.
/// </summary>
internal readonly record struct Html(string Text)
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Nothing.</summary>
    public static Html Empty { get; } = new("");

    /// <summary>Makes HTML of an interpolated string.</summary>
    public static Html Of(Writer writer) => new(writer.ToString());

    /// <summary>Puts pieces together.</summary>
    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts.Select(part => part.Text)));

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>What the compiler fills with the parts of an interpolated string.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct Writer(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _text = new(literalLength + (formattedCount * 16));

        public void AppendLiteral(string text) => _text.Append(text);

        public void AppendFormatted(Html html) => _text.Append(html.Text);

        public void AppendFormatted(string? text) => _text.Append(Encoder.Encode(PrintableText.Of(text ?? "")));

        public void AppendFormatted(int number) => _text.Append(number);

        public override string ToString() => _text.ToString();
    }
}
