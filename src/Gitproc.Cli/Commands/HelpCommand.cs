using System.CommandLine;
using Gitproc.Cli.Help;
using Gitproc.Cli.Output;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc help [COMMAND…]</c>.</summary>
internal static class HelpCommand
{
    public static Command Create(RootCommand root)
    {
        var about = new Argument<string[]>("command")
        {
            Description = "The command to explain, for example acquire or link restore.",
            HelpName = "COMMAND",
            Arity = ArgumentArity.ZeroOrMore,
        };
        // For build.ps1.
        var manPages = new Option<string?>("--man-pages") { Hidden = true };
        var help = new Command("help", "Explain gitproc or one of its commands in detail. COMMAND --help is shorter.")
        {
            about,
            manPages,
        };
        help.SetAction(parsed =>
        {
            if (parsed.GetValue(manPages) is { } folder)
            {
                ManPages.Write(root, folder);
                return ExitCode.Done;
            }

            List<Command> path = [root];
            var typed = parsed.GetValue(about) ?? [];
            foreach (var name in typed)
            {
                if (path[^1]
                        .Subcommands.FirstOrDefault(command => command.Name == name || command.Aliases.Contains(name))
                    is not { } inner)
                {
                    var missing = UsageErrors.NoCommand(typed.Take(path.Count - 1), name, path[^1]);
                    Messages.WriteLine($"gitproc: {missing} See gitproc help.");
                    return ExitCode.Usage;
                }

                path.Add(inner);
            }

            Pager.WriteLines(ManualText.Lines(new ManualPage(path)));
            return ExitCode.Done;
        });
        return help;
    }
}
