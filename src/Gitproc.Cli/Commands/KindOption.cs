using System.CommandLine;

namespace Gitproc.Cli.Commands;

/// <summary>How a checkout gets at objects: an option of several commands.</summary>
internal static class KindOption
{
    /// <summary>Makes the option.</summary>
    public static Option<CheckoutKind?> Create() => new("--kind")
    {
        Description = "Only this kind will do: clone, or linked (a worktree, which shares branches, stash and config with others). [setting: gitproc.kind]",
        HelpName = "KIND",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Enum.TryParse<CheckoutKind>(text, ignoreCase: true, out var kind) && Enum.GetNames<CheckoutKind>().Contains(text, StringComparer.OrdinalIgnoreCase))
                return kind;
            result.AddError($"'{text}' is neither clone nor linked.");
            return null;
        },
    };
}
