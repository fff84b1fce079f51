using System.CommandLine;
using Gitproc.Cli.Output;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc list</c>.</summary>
internal static class ListCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="options">The global options.</param>
    /// <returns>The command.</returns>
    public static Command Create(GlobalOptions options)
    {
        var repository = new Option<string?>("--repo")
        {
            Description = "Only the checkouts of this repository: a URL, a path, or a name the pool knows.",
            HelpName = "REPO",
        };
        var json = CheckoutOutput.JsonOption();
        var command = new Command("list", "List the checkouts with who holds them.") { repository, json };
        command.Aliases.Add("ls");
        command.SetAction(parsed =>
        {
            var checkouts = options.Open(parsed).List(parsed.GetValue(repository), CurrentFolder.Path);
            CheckoutOutput.Write(checkouts, parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }
}
