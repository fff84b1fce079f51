using System.CommandLine;
using Gitproc.Cli.Output;
using Gitproc.Pools;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc history</c>.</summary>
internal static class HistoryCommand
{
    public static Command Create(GlobalOptions options)
    {
        var checkout = new Option<string?>("--checkout")
        {
            Description = "Show only events of this checkout.",
            HelpName = "CHECKOUT",
        };
        var repository = new Option<string?>("--repo")
        {
            Description = "Show only events of this repository.",
            HelpName = "REPO",
        };
        var since = new Option<TimeSpan?>("--since")
        {
            Description = "Show only events that are not older than this, for example 90s, 5m, 1h30m or 2d.",
            HelpName = "DURATION",
            CustomParser = Durations.Parse,
        };
        var first = new Option<int>("--first", "-n")
        {
            Description = "The number of events to show, the newest first.",
            HelpName = "N",
            CustomParser = result => Numbers.Parse(result) ?? 0,
            DefaultValueFactory = _ => 100,
        };
        var fleet = new Option<bool>("--fleet")
        {
            Description = "Show the events of all machines of the fleet, and those of the fleet itself.",
        };
        var json = CheckoutOutput.JsonOption();
        var command = new Command("history", "Show what happened to checkouts and leases, the newest first.")
        {
            checkout, repository, since, first, fleet, json,
        };
        command.Check(result =>
        {
            if (result.GetValue(fleet) && result.GetValue(checkout) is not null)
                result.AddError("--fleet and --checkout exclude each other: each machine has a checkout-1.");
        });
        command.SetAction(parsed =>
        {
            var pool = options.Open(parsed);
            var oldest = DateTimeOffset.UtcNow - parsed.GetValue(since);
            var events = parsed.GetValue(fleet)
                ? pool.FleetView.ListHistory(parsed.GetValue(repository), oldest, parsed.GetValue(first))
                : pool.Leases.ListHistory(new HistoryRequest
                {
                    Checkout = parsed.GetValue(checkout),
                    Repository = parsed.GetValue(repository),
                    WorkingDirectory = CurrentFolder.Path,
                    Since = oldest,
                    First = parsed.GetValue(first),
                });
            HistoryOutput.Write(events, parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }
}
