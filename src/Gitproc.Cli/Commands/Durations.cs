using System.CommandLine.Parsing;
using Gitproc.Text;

namespace Gitproc.Cli.Commands;

/// <summary>Reads the spans of time of options.</summary>
internal static class Durations
{
    /// <summary>Reads one.</summary>
    /// <returns>The span; null with an error in the result when it is none.</returns>
    public static TimeSpan? Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Duration.Parse(text) is { } span)
            return span;
        result.AddError($"'{text}' is not a duration. Use, for example, 90s, 5m, 1h30m or 2d.");
        return null;
    }
}
