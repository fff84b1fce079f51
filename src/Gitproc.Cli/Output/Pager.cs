using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Gitproc.Processes;
using Gitproc.Terminal;

namespace Gitproc.Cli.Output;

/// <summary>
/// Shows a long text a page at a time, as git does (git(1), GIT_PAGER): with the command in <c>GIT_PAGER</c> or
/// <c>PAGER</c>, or else with <c>less</c>.
/// </summary>
internal static class Pager
{
    /// <summary>
    /// Prints lines on standard output, through a pager if that is a terminal with fewer lines. Without a pager that
    /// can start, the lines are printed.
    /// </summary>
    public static void WriteLines(IReadOnlyList<string> lines)
    {
        if (!ConsoleScreen.IsThere || OperatingSystem.IsWindows() || Fits(lines) || Command() is not { } command
            || !TryShow(command, lines))
        {
            ResultWriter.WriteLines(lines);
        }
    }

    // The shell's prompt takes a line too.
    private static bool Fits(IReadOnlyList<string> lines)
    {
        var (width, height) = ConsoleScreen.Size;
        return lines.Sum(line => 1 + (Math.Max(0, line.Length - 1) / width)) < height;
    }

    // Null if the user wants no pager. It is a command line: the user's own setting may have options.
    private static string? Command()
    {
        var command = Environment.GetEnvironmentVariable("GIT_PAGER")
            ?? Environment.GetEnvironmentVariable("PAGER")
            ?? (ProgramPath.Find("less") is null ? "" : "less");
        return command is "" or "cat" ? null : command;
    }

    private static bool TryShow(string command, IReadOnlyList<string> lines)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", command])
        {
            RedirectStandardInput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        // Quit if all fits, keep colors, leave the text on the screen.
        start.Environment.TryAdd("LESS", "FRX");
        start.Environment.TryAdd("LV", "-c");
        // Ctrl+C is for the pager, which would otherwise outlive this process and keep the terminal.
        using var interruption = new Interruption();
        try
        {
            using var process = Process.Start(start)!;
            try
            {
                using var input = process.StandardInput;
                foreach (var line in lines)
                    input.WriteLine(line);
            }
            catch (IOException)
            {
                // The user has read enough.
            }

            process.WaitForExit();
            // The codes of a shell that cannot run a command.
            return process.ExitCode is not (ExitCode.CannotRun or ExitCode.CommandNotFound);
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
