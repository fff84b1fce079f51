using System.CommandLine;
using Gitproc.Cli.Output;
using Gitproc.Pools;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc prune</c>.</summary>
internal static class PruneCommand
{
    public static Command Create(GlobalOptions options)
    {
        var unusedFor = new Option<TimeSpan?>("--unused-for")
        {
            Description = "Remove what nobody has used for this long, for example 12h or 14d. [default: 14d]",
            HelpName = "DURATION",
            CustomParser = Durations.Parse,
        };
        var keepFree = new Option<int?>("--keep-free")
        {
            Description = "Keep this many free checkouts of each repository. [default: 0]",
            HelpName = "N",
            CustomParser = Numbers.Parse,
        };
        var maxSize = new Option<long?>("--max-size")
        {
            Description = "Remove more free checkouts, the longest unused first, until all take at most this much on disk, for example 20g.",
            HelpName = "SIZE",
            CustomParser = Sizes.Parse,
        };
        var repository = new Option<string?>("--repo")
        {
            Description = "Prune only this repository.",
            HelpName = "REPO",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only print what would be removed." };
        var json = CheckoutOutput.JsonOption();
        var command = new Command(
            "prune",
            "Remove free checkouts that nobody has used for a long time, and base repositories that nothing uses. Prints what is removed."
        )
        {
            unusedFor, keepFree, maxSize, repository, dryRun, json,
        };
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            var pool = options.Open(parsed);
            var defaults = new PruneRequest { WorkingDirectory = CurrentFolder.Path };
            var items = pool.Care.FindUnused(
                defaults with
                {
                    UnusedFor = parsed.GetValue(unusedFor) ?? defaults.UnusedFor,
                    KeepFree = parsed.GetValue(keepFree) ?? defaults.KeepFree,
                    MaxSize = parsed.GetValue(maxSize),
                    Repository = parsed.GetValue(repository),
                },
                interruption.Token);
            if (parsed.GetValue(dryRun))
            {
                PrunedOutput.Write(items, parsed.GetValue(json));
                return ExitCode.Done;
            }

            var removed = new List<PrunedItem>();
            var code = EachOf.Do(items, item =>
            {
                if (pool.Care.Prune(item, interruption.Token))
                    removed.Add(item);
            });
            pool.Care.Maintain(interruption.Token);
            PrunedOutput.Write(removed, parsed.GetValue(json));
            return code;
        });
        return command;
    }
}
