using System.CommandLine;
using Gitproc.Text;

namespace Gitproc.Cli.Commands;

/// <summary>The <c>--kind</c> option of several commands: the kind of checkout.</summary>
internal static class KindOption
{
    public static Option<CheckoutKind?> Create() =>
        new("--kind")
        {
            Description =
                "The required kind: clone; worktree, which shares branches, stash and config with other worktrees; or standalone, a self-contained clone that borrows no objects. [setting: gitproc.kind]",
            HelpName = "KIND",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (CheckoutKindName.Parse(text) is { } kind)
                    return kind;
                result.AddError($"'{text}' is not clone, worktree or standalone.");
                return null;
            },
        };
}
