using System.Globalization;
using System.Text;

namespace Gitproc.Remote;

/// <summary>
/// The first line that <c>gitproc remote</c> writes. It says which protocol the program speaks. The files that a shell
/// reads when it starts may print something before it.
/// </summary>
internal static class Handshake
{
    /// <summary>The newest protocol that this program speaks. A newer program speaks the older ones too.</summary>
    public const int Protocol = 1;

    private const string Start = "gitproc-remote protocol ";

    // More than any banner has.
    private const int MaxBefore = 64 << 10;

    /// <summary>Writes the line. What was printed before it may have ended without a line break.</summary>
    public static void Write(Stream output)
    {
        output.Write(Encoding.ASCII.GetBytes($"\n{Start}{Protocol.ToString(CultureInfo.InvariantCulture)}\n"));
        output.Flush();
    }

    /// <summary>Reads until the line has come. Nothing behind it is read.</summary>
    /// <param name="before">What else was said, to be shown if no line comes.</param>
    /// <returns>The protocol; null if the input ends, or says too much.</returns>
    public static int? Read(Stream input, out string before)
    {
        var said = new StringBuilder();
        var line = new StringBuilder();
        // One byte at a time: the bytes behind the line belong to the first frame.
        for (var count = 0; count < MaxBefore && input.ReadByte() is >= 0 and var next; count++)
        {
            if (next != '\n')
            {
                line.Append((char)next);
                continue;
            }

            var text = line.ToString().TrimEnd('\r');
            if (text.StartsWith(Start, StringComparison.Ordinal) && int.TryParse(
                text[Start.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var protocol))
            {
                before = said.ToString();
                return protocol;
            }

            said.Append(line).Append('\n');
            line.Clear();
        }

        before = said.Append(line).ToString();
        return null;
    }
}
