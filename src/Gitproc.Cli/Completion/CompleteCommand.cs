using Gitproc.Cli.Commands;
using Gitproc.Cli.Output;
using Gitproc.Pools;
using Gitproc.Reports;

namespace Gitproc.Cli.Completion;

/// <summary>
/// <c>gitproc complete -- WORD…</c>, which the scripts of <see cref="CompletionCommand"/> call at each Tab. It prints
/// the possible completions of the last word, one a line: the text, a tab and a description. It never fails and prints
/// no error.
/// </summary>
internal static class CompleteCommand
{
    private const string Name = "complete";

    /// <summary>The command line to complete.</summary>
    /// <returns>
    /// The words after <c>gitproc</c>, of which the last one is being typed; null if this is not a call for completion.
    /// </returns>
    public static string[]? WordsOf(string[] arguments) => arguments is [Name, "--", .. var words] ? words : null;

    public static int Run(string[] words)
    {
        try
        {
            ResultWriter.WriteLines(Find(words).Select(found => $"{found.Text}\t{found.Tip}"));
        }
        catch (Exception e)
            when (e is GitprocException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            // An error message would end up in the middle of the line that the user types.
        }

        return ExitCode.Done;
    }

    private static IEnumerable<Suggestion> Find(string[] words)
    {
        var typed = words.Length == 0 ? "" : words[^1];
        var (before, command) = RunCommand.Split(words.Length == 0 ? [] : words[..^1]);
        // The words after "run --" belong to another program.
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
                : line.FindOption(typed[..end]) is { } named
                    ? values
                        .For(named, typed[(end + 1)..])
                        .Select(found => found with { Text = typed[..(end + 1)] + found.Text })
                : [];
        }

        var times = before is [.., AcquireOptions.WaitName] && line.FindOption(AcquireOptions.WaitName) is { } wait
            ? values.For(wait, typed)
            : [];
        return line.Commands(typed)
            .Concat(line.NextArgument is { } argument ? values.For(argument, typed) : [])
            .Concat(times);
    }
}
