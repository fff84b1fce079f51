using System.CommandLine;

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
        var command = new Command("help", "Explain gitproc or one of its commands.") { about };
        command.SetAction(parsed =>
        {
            string[] question = parsed.GetValue(about) is { } name ? [name, "--help"] : ["--help"];
            var asked = root.Parse(question);
            if (asked.Errors.Count == 0)
                return asked.Invoke();
            Console.Error.WriteLine($"gitproc: there is no command '{question[0]}'. See gitproc help.");
            return ExitCode.Usage;
        });
        return command;
    }
}
