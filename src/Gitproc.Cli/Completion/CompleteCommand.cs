using Gitproc.Cli.Commands;
using Gitproc.Cli.Output;
using Gitproc.Pools;
using Gitproc.Reports;

namespace Gitproc.Cli.Completion;

/// <summary>
/// <c>gitproc complete -- WORD…</c>, which the scripts of <see cref="CompletionCommand"/> call at each Tab: prints what could stand
/// in the place of the last word, each line a text, a tab and what is said of it. It never fails and writes no error.
/// </summary>
internal static class CompleteCommand
{
    private const string Name = "complete";

    /// <summary>The words of a command line that is to be completed.</summary>
    /// <returns>The words behind <c>gitproc</c>, the last one being typed; null when nothing is to be completed.</returns>
    public static string[]? WordsOf(string[] arguments) => arguments is [Name, "--", .. var words] ? words : null;

    /// <summary>Runs the command.</summary>
    public static int Run(string[] words)
    {
        try
        {
            ResultWriter.WriteLines(Find(words).Select(found => $"{found.Text}\t{found.Tip}"));
        }
        catch (Exception e) when (e is GitprocException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Nobody to tell: whoever types has asked for nothing yet.
        }

        return ExitCode.Done;
    }

    private static IEnumerable<Suggestion> Find(string[] words)
    {
        var typed = words.Length == 0 ? "" : words[^1];
        var (before, command) = RunCommand.Split(words.Length == 0 ? [] : words[..^1]);
        // What follows "run --" is not ours.
        if (command is not null)
            return [];
        var line = new LineSoFar(GitprocCommand.Create(commandToRun: null), AcquireOptions.CompleteWait(before));
        var values = new SuggestedValues(line);
        if (line.Awaited is { } option)
            return values.For(option, typed);
        if (!line.IsPastOptions && typed.StartsWith('-'))
        {
            var end = typed.IndexOf('=', StringComparison.Ordinal);
            return end < 0 ? line.Options(typed)
                : line.FindOption(typed[..end]) is { } named ? values.For(named, typed[(end + 1)..]).Select(found => found with { Text = typed[..(end + 1)] + found.Text })
                : [];
        }

        return line.Commands(typed).Concat(line.NextArgument is { } argument ? values.For(argument, typed) : []);
    }
}
