using System.CommandLine.Parsing;
using System.Globalization;

namespace Gitproc.Cli.Commands;

/// <summary>Reads the numbers of options.</summary>
internal static class Numbers
{
    /// <summary>Reads one.</summary>
    /// <returns>The number; null with an error in the result when it is none.</returns>
    public static int? Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return number;
        result.AddError($"'{text}' is not a number.");
        return null;
    }
}
