using System.CommandLine.Parsing;
using Gitproc.Text;

namespace Gitproc.Cli.Commands;

/// <summary>Parses sizes in options.</summary>
internal static class Sizes
{
    /// <returns>The bytes; null, with an error added to the result, if the text is not a size.</returns>
    public static long? Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (PrintableSize.Parse(text) is { } size)
            return size;
        result.AddError($"'{text}' is not a size. Use, for example, 500m or 20g.");
        return null;
    }
}
