using Gitproc.Reports;

namespace Gitproc.Cli.Output;

/// <summary>Says something to whoever is at the terminal.</summary>
internal static class Messages
{
    /// <summary>Writes a text to standard error. That nobody listens there is no reason to fail.</summary>
    public static void Write(string text)
    {
        try
        {
            Console.Error.Write(text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its disk is full, or it is closed, which .NET takes for a refusal.
        }
    }

    /// <summary>Writes a line to standard error.</summary>
    public static void WriteLine(string text) => Write(text + Environment.NewLine);

    /// <summary>Writes what went wrong, and the command that helps.</summary>
    public static void WriteError(Exception error) => WriteLine($"gitproc: {WithHint(error.Message, (error as GitprocException)?.Hint)}");

    /// <summary>Appends the command that helps to a message, with its options as they are typed here.</summary>
    public static string WithHint(string message, Hint? hint) => message + hint?.Write(SpellOption);

    // StopProcesses is --stop-processes.
    private static string SpellOption(string name) =>
        "-" + string.Concat(name.Select(c => char.IsAsciiLetterUpper(c) ? $"-{char.ToLowerInvariant(c)}" : $"{c}"));
}
