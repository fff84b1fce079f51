using System.CommandLine;
using Gitproc.Ci;
using Gitproc.Cli.Output;
using Gitproc.Pools;
using Gitproc.Registry;
using Gitproc.Remote;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc acquire</c>.</summary>
internal static class AcquireCommand
{
    public static Command Create(GlobalOptions options)
    {
        var acquire = new AcquireOptions();
        var count = new Option<int>("--count")
        {
            Description = "The number of checkouts to lock. You get all of them or none.",
            HelpName = "N",
            CustomParser = result => Numbers.Parse(result) ?? 0,
            DefaultValueFactory = _ => 1,
        };
        var stepOutput = new Option<bool>("--step-output")
        {
            Description = "Pass the path, name and lease id to the later steps of the CI job.",
        };
        var resume = new Option<bool>("--resume")
        {
            Description = "Get the checkout that you hold under this label already, as it is. Otherwise acquire one.",
        };
        var json = CheckoutOutput.OneAsJsonOption();
        var expiry = LeaseOptions.Expiry();
        var strict = LeaseOptions.Strict();
        var command = new Command("acquire", "Lock a checkout of a repository and print its path.");
        command.Aliases.Add("a");
        acquire.AddTo(command);
        command.Add(count);
        var (owner, hold) = LeaseOptions.AddOwner(
            command,
            "The lease ends when this process ends. [default: the process that calls gitproc; in a CI job, the process of the job]"
        );
        command.Add(expiry);
        command.Add(strict);
        command.Add(resume);
        command.Add(stepOutput);
        command.Add(json);
        var machine = new MachineOptions(command, "Lock a checkout");
        const string oneHeld = "one checkout is held there for a time, and no process here owns it.";
        foreach (var option in (Option[])[count, owner, resume, stepOutput])
            machine.Refuse(command, option, isFor: false, oneHeld);
        command.Check(result =>
        {
            if (result.GetValue(stepOutput) && result.GetValue(count) > 1)
                result.AddError("--step-output and --count exclude each other.");
            if (result.GetValue(json) && result.GetValue(count) > 1)
                result.AddError("--json and --count exclude each other.");
        });
        command.SetAction(parsed =>
        {
            if (machine.AreGiven(parsed))
            {
                var wanted = acquire.Request(parsed, owner: null);
                wanted = wanted with { Terms = wanted.Terms with { ExpiresAfter = parsed.GetValue(expiry) } };
                return machine.Choose(parsed, options.Open(parsed), options.Reports(parsed)).Use(
                    wanted, (there, request) => AcquireThere(there, request, parsed.GetValue(json)));
            }

            using var interruption = new Interruption();
            var step = parsed.GetValue(stepOutput) ? StepOutput.Current() : null;
            var holder = parsed.GetValue(hold) ? null
                : parsed.GetValue(owner) is { } id ? LeaseOwner.OfProcess(id)
                : step is null ? LeaseOwner.Caller() : LeaseOwner.OfJob();
            var request = acquire.Request(parsed, holder);
            request = request with
            {
                Count = parsed.GetValue(count),
                Resume = parsed.GetValue(resume),
                Terms = request.Terms with
                {
                    ExpiresAfter = parsed.GetValue(expiry),
                    IsStrict = parsed.GetValue(strict),
                },
            };
            try
            {
                var pool = options.Open(parsed);
                Print(pool, pool.Acquiring.Acquire(request, interruption.Token), step, parsed.GetValue(json));
            }
            catch (GitprocException e) when (step?.ShowError(Messages.WithHint(e.Message, e.Hint)) is { } line)
            {
                ResultWriter.WriteLines([line]);
                throw;
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static int AcquireThere(RemoteMachine machine, AcquireRequest request, bool asJson)
    {
        machine.Acquire(request, checkout =>
        {
            var path = new MachinePath(checkout.Host!, checkout.Path);
            if (asJson)
                JsonOutput.Write(checkout);
            else
                ResultWriter.WriteLines([path.ToString()]);
            var end = checkout.ExpiresAt is { } time ? $" until {PrintableTime.Local(time)}" : "";
            Messages.WriteLine($"gitproc: {checkout.Name} of {checkout.Machine} is held{end}; gitproc release {path}");
        });
        return ExitCode.Done;
    }

    // If the path cannot be printed, the caller does not know which checkout it holds.
    private static void Print(
        Pool pool, IReadOnlyList<Checkout> checkouts, IStepOutput? step, bool asJson)
    {
        try
        {
            var paths = asJson ? [] : checkouts.Select(checkout => checkout.Path);
            ResultWriter.WriteLines([.. step?.Write(checkouts[0]) ?? [], .. paths]);
            if (asJson)
                JsonOutput.Write(checkouts[0]);
        }
        catch
        {
            foreach (var checkout in checkouts.Where(checkout => !checkout.IsResumed))
                pool.Leases.Release(
                    new ReleaseRequest
                    {
                        Checkout = checkout.Name,
                        LeaseId = checkout.LeaseId,
                        WorkingDirectory = pool.Path,
                    });
            throw;
        }
    }
}
