using System.CommandLine;

namespace Gitproc.Cli.Commands;

/// <summary>The <c>--clean</c> option of several commands: what to remove of the files that a holder left.</summary>
internal static class CleanOption
{
    public static Option<CleanMode?> Create(string what) =>
        new("--clean")
        {
            Description =
                $"{what}: default (everything that git does not ignore), full (ignored files too) or none. [setting: gitproc.clean]",
            HelpName = "MODE",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (Enum.TryParse<CleanMode>(text, ignoreCase: true, out var mode)
                    && Enum.GetNames<CleanMode>().Contains(text, StringComparer.OrdinalIgnoreCase))
                    return mode;
                result.AddError($"'{text}' is not a mode. Use default, full or none.");
                return null;
            },
        };
}
