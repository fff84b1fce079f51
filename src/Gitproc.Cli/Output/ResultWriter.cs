using System.Text;

namespace Gitproc.Cli.Output;

/// <summary>Prints results for programs: UTF-8 whatever the locale, since paths are bytes and not text.</summary>
internal static class ResultWriter
{
    /// <summary>
    /// Prints in UTF-8 from here on. Names of files are bytes on Unix, and .NET reads them as UTF-8 whatever the locale:
    /// only so the bytes of a path come out as they are. Windows passes text to a console as text.
    /// </summary>
    public static void UseUtf8()
    {
        if (!OperatingSystem.IsWindows())
            Console.OutputEncoding = new UTF8Encoding(false);
    }

    /// <summary>Prints lines on standard output.</summary>
    public static void WriteLines(IEnumerable<string> lines)
    {
        using var output = Console.OpenStandardOutput();
        output.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + Environment.NewLine))));
        output.Flush();
    }
}
