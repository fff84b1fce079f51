using System.CommandLine;
using Gitproc.Cli.Output;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc list</c>.</summary>
internal static class ListCommand
{
    public static Command Create(GlobalOptions options)
    {
        var repository = new Option<string?>("--repo")
        {
            Description = "List only the checkouts of this repository: a URL, a path, or a name that the pool knows.",
            HelpName = "REPO",
        };
        var status = new Option<bool>("--status")
        {
            Description =
                "Look into each checkout: whether files are changed, and how far it is ahead of or behind the remote's branch.",
        };
        var fleet = new Option<bool>("--fleet")
        {
            Description = "List the checkouts of all machines of the fleet, as they have last told.",
        };
        var json = CheckoutOutput.JsonOption();
        var command = new Command("list", "List the checkouts and who holds them.") { repository, status, fleet, json };
        command.Aliases.Add("ls");
        command.Check(result =>
        {
            if (result.GetValue(fleet) && result.GetValue(status))
                result.AddError("--fleet and --status exclude each other.");
        });
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            var pool = options.Open(parsed);
            var (hasStatus, asJson) = (parsed.GetValue(status), parsed.GetValue(json));
            if (parsed.GetValue(fleet))
            {
                CheckoutOutput.WriteFleet(
                    pool.FleetView.ListCheckouts(parsed.GetValue(repository), interruption.Token), asJson);
                return ExitCode.Done;
            }

            Func<string?, string, CancellationToken, IReadOnlyList<Checkout>> list =
                hasStatus ? pool.Checkouts.ListWithStatus : asJson ? pool.Checkouts.List : pool.Checkouts.ListBriefly;
            CheckoutOutput.Write(
                list(parsed.GetValue(repository), CurrentFolder.Path, interruption.Token), asJson, hasStatus);
            return ExitCode.Done;
        });
        return command;
    }
}
