using System.CommandLine;
using Gitproc.Cli.Output;
using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.Registry;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc rescue</c> and its subcommands.</summary>
internal static class RescueCommand
{
    public static Command Create(GlobalOptions options) =>
        new("rescue", "Show, restore and remove the work that was rescued when checkouts were cleaned.")
        {
            List(options),
            Restore(options),
            Remove(options),
        };

    private static Command List(GlobalOptions options)
    {
        var repository = new Option<string?>("--repo")
        {
            Description = "Show only work of this repository.",
            HelpName = "REPO",
        };
        var undone = new Option<bool>("--undone")
        {
            Description = "Show the commits that jobs undid, instead of the rescued work.",
        };
        var fleet = new Option<bool>("--fleet")
        {
            Description = "Show the rescued work of all machines of the fleet. Restore it on its machine.",
        };
        var json = CheckoutOutput.JsonOption();
        var command = new Command("list", "Show the rescued work, the newest first.")
        {
            repository, undone, fleet, json,
        };
        command.Check(result =>
        {
            if (result.GetValue(fleet) && (result.GetValue(undone) || result.GetValue(repository) is not null))
                result.AddError("--fleet excludes --repo and --undone.");
        });
        command.Aliases.Add("ls");
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            if (parsed.GetValue(fleet))
            {
                RescueOutput.Write(
                    options.Open(parsed).FleetView.ListRescues(interruption.Token), parsed.GetValue(json));
                return ExitCode.Done;
            }

            RescueOutput.Write(
                options
                    .Open(parsed)
                    .Rescues.List(
                        parsed.GetValue(repository), CurrentFolder.Path, parsed.GetValue(undone), interruption.Token),
                parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Restore(GlobalOptions options)
    {
        var rescue = Id();
        var label = new Option<string?>("--label")
        {
            Description = "What the checkout is for. Others see it.",
            HelpName = "TEXT",
        };
        var command = new Command(
            "restore", "Lock a checkout, restore rescued work in it, and print its path. The rescue is kept.")
        {
            rescue,
            label,
        };
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            var checkout = options.Open(parsed).Rescues.Restore(
                parsed.GetRequiredValue(rescue),
                new AcquireRequest
                {
                    WorkingDirectory = CurrentFolder.Path,
                    Fetch = FetchPolicy.Never,
                    Terms = new LeaseTerms { Owner = LeaseOwner.Caller(), Label = parsed.GetValue(label) },
                },
                interruption.Token);
            ResultWriter.WriteLines([checkout.Path]);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Remove(GlobalOptions options)
    {
        var rescue = Id();
        var command = new Command("remove", "Delete rescued work for good.") { rescue };
        command.Aliases.Add("rm");
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            options
                .Open(parsed)
                .Rescues.Remove(parsed.GetRequiredValue(rescue), CurrentFolder.Path, interruption.Token);
            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> Id() =>
        new("rescue") { Description = "The id of the rescue, from gitproc rescue list.", HelpName = "ID" };
}
