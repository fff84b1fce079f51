using System.Text;

namespace Gitproc.Cli.Output;

/// <summary>Prints results on standard output in UTF-8, regardless of the locale.</summary>
internal static class ResultWriter
{
    /// <summary>
    /// Switches the console to UTF-8. File names are bytes on Unix, and .NET decodes them as UTF-8 regardless of the
    /// locale. Only UTF-8 output reproduces these bytes. Windows passes text to the console as text.
    /// </summary>
    public static void UseUtf8()
    {
        if (!OperatingSystem.IsWindows())
            Console.OutputEncoding = new UTF8Encoding(false);
    }

    public static void WriteLines(IEnumerable<string> lines)
    {
        using var output = Console.OpenStandardOutput();
        output.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + Environment.NewLine))));
        output.Flush();
    }
}
