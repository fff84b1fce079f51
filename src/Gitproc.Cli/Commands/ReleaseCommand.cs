using System.CommandLine;
using Gitproc.Cli.Output;
using Gitproc.Pools;
using Gitproc.Remote;
using Gitproc.Terminal;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc release</c>.</summary>
internal static class ReleaseCommand
{
    public static Command Create(GlobalOptions options)
    {
        var checkout = LeaseOptions.Checkout();
        checkout.Description =
            "The name of the checkout, a path in it, or HOST:PATH as an acquire on another machine prints it. [default: the current checkout]";
        var leaseId = LeaseOptions.LeaseId();
        var force = new Option<bool>("--force", "-f")
        {
            Description = "Release it even if another live process holds it.",
        };
        var stop = LeaseOptions.StopProcesses(
            "Ask the processes that still run in it to end, and kill those that do not.");
        var clean = CleanOption.Create("What to remove from the checkout");
        var discard = new Option<bool>("--discard")
        {
            Description = "Throw away work that is not on the remote, instead of rescuing it.",
        };
        var background = new Option<bool>("--background")
        {
            Description = "Return at once, and clean the checkout in a separate process.",
        };
        // For gpr, the function of gitproc shell-init.
        var printCurrent = new Option<bool>("--print-current") { Hidden = true };
        var command = new Command(
            "release", "Unlock a checkout, rescue work that is not on the remote, and clean it for the next holder.")
        {
            checkout,
            leaseId,
            force,
            stop,
            clean,
            discard,
            background,
            printCurrent,
        };
        command.Aliases.Add("r");
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(printCurrent))
                return PrintCurrent(options.Open(parsed), parsed.GetValue(checkout));
            var there = MachinePath.Parse(parsed.GetValue(checkout));
            var request = new ReleaseRequest
            {
                Checkout = there?.Path ?? parsed.GetValue(checkout),
                LeaseId = parsed.GetValue(leaseId),
                WorkingDirectory = CurrentFolder.Path,
                Force = parsed.GetValue(force),
                StopProcesses = parsed.GetValue(stop),
                Clean = parsed.GetValue(clean),
                Discard = parsed.GetValue(discard),
                CleanLater = parsed.GetValue(background),
            };
            var pool = options.Open(parsed);
            var released = there is null
                ? Release(pool, request)
                : new MachineChoice(pool, there.Machine, options.Reports(parsed)).Named().Release(request);
            if (!request.CleanLater)
                GlobalOptions.Tell(released);
            return ExitCode.Done;
        });
        return command;
    }

    private static Checkout Release(Pool pool, ReleaseRequest request)
    {
        using var interruption = new Interruption();
        return pool.Leases.Release(request, interruption.Token);
    }

    // Releases nothing. Prints the path of the checkout if the working directory is in it.
    private static int PrintCurrent(Pool pool, string? checkout)
    {
        var path = pool.Checkouts.Find(checkout, CurrentFolder.Path).Path;
        if (new CurrentCheckout(CurrentFolder.Path).IsIn(path))
            ResultWriter.WriteLines([path]);
        return ExitCode.Done;
    }
}
