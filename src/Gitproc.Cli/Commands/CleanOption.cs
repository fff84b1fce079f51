using System.CommandLine;

namespace Gitproc.Cli.Commands;

/// <summary>What is taken away of what a holder left: an option of several commands.</summary>
internal static class CleanOption
{
    /// <summary>Makes the option.</summary>
    public static Option<CleanMode?> Create(string what) => new("--clean")
    {
        Description = $"{what}: default (all that git does not ignore), full (ignored files too) or none. [setting: gitproc.clean]",
        HelpName = "MODE",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Enum.TryParse<CleanMode>(text, ignoreCase: true, out var mode) && Enum.GetNames<CleanMode>().Contains(text, StringComparer.OrdinalIgnoreCase))
                return mode;
            result.AddError($"'{text}' is none of default, full and none.");
            return null;
        },
    };
}
