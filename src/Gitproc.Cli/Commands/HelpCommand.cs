using System.CommandLine;
using Gitproc.Cli.Output;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc help [COMMAND]</c>.</summary>
internal static class HelpCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="root">What it helps with.</param>
    /// <returns>The command.</returns>
    public static Command Create(RootCommand root)
    {
        var about = new Argument<string?>("command")
        {
            Description = "The command to explain.",
            HelpName = "COMMAND",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var help = new Command("help", "Explain gitproc or one of its commands.") { about };
        help.SetAction(parsed =>
        {
            if (parsed.GetValue(about) is not { } name)
                return root.Parse("--help").Invoke();
            if (root.Subcommands.FirstOrDefault(command => command.Name == name || command.Aliases.Contains(name)) is { } asked)
                return root.Parse([asked.Name, "--help"]).Invoke();
            Messages.WriteLine($"gitproc: there is no command '{SecretText.Hide(name)}'. See gitproc help.");
            return ExitCode.Usage;
        });
        return help;
    }
}
