using System.CommandLine.Parsing;
using System.Globalization;

namespace Gitproc.Cli.Commands;

/// <summary>Parses numbers in options.</summary>
internal static class Numbers
{
    /// <returns>The number; null, with an error added to the result, if the text is not a number.</returns>
    public static int? Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return number;
        result.AddError($"'{text}' is not a number.");
        return null;
    }
}
