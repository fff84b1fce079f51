using System.CommandLine;
using Gitproc.Checkouts;
using Gitproc.Cli.Output;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc remove CHECKOUT…</c>.</summary>
internal static class RemoveCommand
{
    public static Command Create(GlobalOptions options)
    {
        var checkouts = new Argument<string[]>("checkout")
        {
            Description = "The name of a checkout, or a path in it.",
            HelpName = "CHECKOUT",
            Arity = ArgumentArity.OneOrMore,
        };
        var force = new Option<bool>("--force", "-f")
        {
            Description =
                "Remove it even if another holder has it. With --discard, remove it even if its work cannot be rescued.",
        };
        var discard = new Option<bool>("--discard")
        {
            Description = "Throw away work that is not on the remote, instead of rescuing it.",
        };
        var stop = LeaseOptions.StopProcesses("Ask the processes that run in it to end, and kill those that do not.");
        var command = new Command(
            "remove", "Remove checkouts from the pool and from disk. Work that is not on the remote is rescued first.")
        {
            checkouts,
            force,
            discard,
            stop,
        };
        command.Aliases.Add("rm");
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            var pool = options.Open(parsed);
            return EachOf.Do(parsed.GetValue(checkouts)!, checkout =>
            {
                var removed = pool.Checkouts.Remove(
                    new RemoveRequest
                    {
                        Checkout = checkout,
                        WorkingDirectory = CurrentFolder.Path,
                        Force = parsed.GetValue(force),
                        Discard = parsed.GetValue(discard),
                        StopProcesses = parsed.GetValue(stop),
                    },
                    interruption.Token);
                Messages.WriteLine($"gitproc: {removed.Name} is removed");
            });
        });
        return command;
    }
}
