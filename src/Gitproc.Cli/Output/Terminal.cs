using System.Text;

namespace Gitproc.Cli.Output;

/// <summary>What is printed on, and in which bytes.</summary>
internal static class Terminal
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

    /// <summary>Whether standard output is a terminal and colours are wanted (no-color.org).</summary>
    public static bool TakesColor =>
        !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") != "dumb";
}
