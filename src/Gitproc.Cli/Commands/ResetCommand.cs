using System.CommandLine;
using Gitproc.Checkouts;
using Gitproc.Cli.Output;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc reset</c>.</summary>
internal static class ResetCommand
{
    public static Command Create(GlobalOptions options)
    {
        var checkout = LeaseOptions.Checkout();
        var leaseId = LeaseOptions.LeaseId();
        var force = new Option<bool>("--force", "-f")
        {
            Description = "Take the checkout from another holder. It is free afterwards.",
        };
        var stop = LeaseOptions.StopProcesses("Ask the processes that run in it to end, and kill those that do not.");
        var command = new Command(
            "reset",
            "Make a checkout as new, at the remote's default branch. Work that is not on the remote is rescued first. A checkout that you hold stays locked."
        )
        {
            checkout,
            leaseId,
            force,
            stop,
        };
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            var request = new ResetRequest
            {
                Checkout = parsed.GetValue(checkout),
                LeaseId = parsed.GetValue(leaseId),
                WorkingDirectory = CurrentFolder.Path,
                Force = parsed.GetValue(force),
                StopProcesses = parsed.GetValue(stop),
            };
            var reset = options.Open(parsed).Checkouts.Reset(request, interruption.Token);
            Messages.WriteLine($"gitproc: {reset.Name} is as new, and {(reset.Locked ? "locked" : "free")}");
            return ExitCode.Done;
        });
        return command;
    }
}
