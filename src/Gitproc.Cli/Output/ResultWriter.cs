using System.Runtime.Versioning;
using System.Text;
using Gitproc.Terminal;

namespace Gitproc.Cli.Output;

/// <summary>Prints results on standard output.</summary>
/// <remarks>
/// File names are bytes on Unix, and .NET decodes them as UTF-8 regardless of the locale. Only UTF-8 output reproduces
/// these bytes. On Windows a console gets text. Who reads a pipe there reads it in the code page of the console, as
/// PowerShell and cmd do; the tools of MSYS read UTF-8, and so do programs without a console.
/// </remarks>
internal static class ResultWriter
{
    /// <summary>Sets up standard output and error output. Call it before anything is printed.</summary>
    public static void Prepare()
    {
        if (!OperatingSystem.IsWindows())
        {
            Console.OutputEncoding = new UTF8Encoding(false);
            return;
        }

        // The modes are given back in the other order, because both may be of one console.
        IDisposable?[] consoles =
        [
            Prepare(2, Console.OpenStandardError, Console.SetError),
            Prepare(1, Console.OpenStandardOutput, Console.SetOut),
        ];
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            foreach (var console in Enumerable.Reverse(consoles))
                console?.Dispose();
        };
    }

    public static void WriteLines(IEnumerable<string> lines)
    {
        if (OperatingSystem.IsWindows())
        {
            Console.Out.Write(string.Concat(lines.Select(line => line + Console.Out.NewLine)));
            return;
        }

        using var output = Console.OpenStandardOutput();
        output.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + '\n'))));
        output.Flush();
    }

    [SupportedOSPlatform("windows")]
    private static WindowsConsole? Prepare(int number, Func<Stream> open, Action<TextWriter> set)
    {
        var isMsys = Environment.GetEnvironmentVariable("MSYSTEM") is { Length: > 0 };
        var console = WindowsConsole.TryOpen(number);
        if (console is not null)
            set(console);
        else if (isMsys || !WindowsConsole.HasCodePage)
        {
            set(new StreamWriter(open(), new UTF8Encoding(false))
            {
                AutoFlush = true,
                NewLine = isMsys ? "\n" : "\r\n",
            });
        }

        return console;
    }
}
