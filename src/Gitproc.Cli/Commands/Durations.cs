using System.CommandLine.Parsing;
using Gitproc.Text;

namespace Gitproc.Cli.Commands;

/// <summary>Parses durations in options.</summary>
internal static class Durations
{
    /// <returns>The duration; null, with an error added to the result, if the text is not a duration.</returns>
    public static TimeSpan? Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Duration.Parse(text) is { } span)
            return span;
        result.AddError($"'{text}' is not a duration. Use, for example, 90s, 5m, 1h30m or 2d.");
        return null;
    }
}
