using Gitproc.Reports;

namespace Gitproc.Cli.Output;

/// <summary>Writes messages for the user to standard error.</summary>
internal static class Messages
{
    /// <summary>Writes a text. A standard error that cannot be written to is ignored.</summary>
    public static void Write(string text)
    {
        try
        {
            Console.Error.Write(text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The disk is full, or standard error is closed, which .NET reports as an access error.
        }
    }

    public static void WriteLine(string text) => Write(text + Environment.NewLine);

    /// <summary>Writes an error with its hint, the command that helps.</summary>
    public static void WriteError(Exception error) =>
        WriteLine($"gitproc: {WithHint(error.Message, (error as GitprocException)?.Hint)}");

    /// <summary>Appends a hint to a message, with options in the spelling of the command line.</summary>
    public static string WithHint(string message, Hint? hint) => message + hint?.Write(SpellOption);

    /// <summary>Spells an option, for example <c>StopProcesses</c> as <c>--stop-processes</c>.</summary>
    public static string SpellOption(string name) =>
        "-" + string.Concat(name.Select(c => char.IsAsciiLetterUpper(c) ? $"-{char.ToLowerInvariant(c)}" : $"{c}"));
}
