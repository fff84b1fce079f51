using System.CommandLine;
using Gitproc.Cli.Output;
using Gitproc.Pools;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc history</c>.</summary>
internal static class HistoryCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(GlobalOptions options)
    {
        var checkout = new Option<string?>("--checkout") { Description = "Only of this checkout.", HelpName = "CHECKOUT" };
        var repository = new Option<string?>("--repo") { Description = "Only of this repository.", HelpName = "REPO" };
        var since = new Option<TimeSpan?>("--since")
        {
            Description = "Only of this last time, as 90s, 5m, 1h30m, 2d.",
            HelpName = "DURATION",
            CustomParser = Durations.Parse,
        };
        var first = new Option<int>("--first", "-n")
        {
            Description = "How many, the newest.",
            HelpName = "N",
            CustomParser = result => Numbers.Parse(result) ?? 0,
            DefaultValueFactory = _ => 100,
        };
        var json = CheckoutOutput.JsonOption();
        var command = new Command("history", "What has happened to checkouts and leases, the newest first.")
        {
            checkout, repository, since, first, json,
        };
        command.SetAction(parsed =>
        {
            var events = options.Open(parsed).Leases.ListHistory(new HistoryRequest
            {
                Checkout = parsed.GetValue(checkout),
                Repository = parsed.GetValue(repository),
                WorkingDirectory = CurrentFolder.Path,
                Since = DateTimeOffset.UtcNow - parsed.GetValue(since),
                First = parsed.GetValue(first),
            });
            HistoryOutput.Write(events, parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }
}
