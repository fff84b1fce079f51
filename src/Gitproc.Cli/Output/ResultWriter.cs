using System.Text;

namespace Gitproc.Cli.Output;

/// <summary>Prints results for programs: UTF-8 whatever the locale, since paths are bytes and not text.</summary>
internal static class ResultWriter
{
    /// <summary>Prints lines on standard output.</summary>
    public static void WriteLines(IEnumerable<string> lines)
    {
        using var output = Console.OpenStandardOutput();
        output.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + Environment.NewLine))));
        output.Flush();
    }
}
