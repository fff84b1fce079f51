using System.CommandLine;
using Gitproc.Cli.Output;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc repositories</c>.</summary>
internal static class RepositoriesCommand
{
    public static Command Create(GlobalOptions options)
    {
        var json = CheckoutOutput.JsonOption();
        var command = new Command(
            "repositories",
            "List the repositories that the pool knows, and the size of their base repositories on disk.")
        {
            json,
        };
        command.Aliases.Add("repos");
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            RepositoryOutput.Write(
                options.Open(parsed).Care.ListRepositories(isWanted: null, interruption.Token), parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }
}
