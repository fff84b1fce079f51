using System.CommandLine;
using Gitproc.Cli.Output;
using Gitproc.Pools;
using Gitproc.Reports;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc trust</c>.</summary>
internal static class TrustCommand
{
    public static Command Create(GlobalOptions options)
    {
        var repository = LeaseOptions.Repository();
        var yes = new Option<bool>("--yes")
        {
            Description = "Approve it without a question.",
        };
        var list = new Option<bool>("--list")
        {
            Description = "Show which repositories propose setup, and of which it is approved.",
        };
        var remove = new Option<bool>("--remove")
        {
            Description = "Take the approval of the repository back.",
        };
        var json = CheckoutOutput.JsonOption();
        var command = new Command(
            "trust", "Show what a repository proposes to run in its checkouts, and approve it.")
        {
            repository, yes, list, remove, json,
        };
        command.Check(result =>
        {
            if (result.GetValue(list) && (result.GetValue(remove) || result.GetValue(yes)))
                result.AddError("--list goes with neither --remove nor --yes.");
            if (result.GetValue(yes) && result.GetValue(remove))
                result.AddError("--yes and --remove exclude each other.");
            if (result.GetValue(json) && !result.GetValue(list))
                result.AddError("--json needs --list.");
            if (result.GetValue(list) && result.GetValue(repository) is not null)
                result.AddError("--list shows all repositories.");
        });
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            var trust = options.Open(parsed).Trust;
            if (parsed.GetValue(list))
            {
                SetupOutput.Write(trust.List(interruption.Token), parsed.GetValue(json));
                return ExitCode.Done;
            }

            if (parsed.GetValue(remove))
            {
                var key = trust.Revoke(parsed.GetValue(repository), CurrentFolder.Path, interruption.Token);
                Messages.WriteLine($"gitproc: nothing that {key} proposes is used any more");
                return ExitCode.Done;
            }

            var proposal = trust.Show(parsed.GetValue(repository), CurrentFolder.Path, interruption.Token);
            return Approve(proposal, trust, parsed.GetValue(yes), interruption.Token);
        });
        return command;
    }

    private static int Approve(ProposedSetup proposal, PoolTrust trust, bool isYes, CancellationToken cancellationToken)
    {
        ResultWriter.WriteLines([proposal.Content!.TrimEnd('\n')]);
        if (proposal.Problem is { } problem)
            throw new GitprocException(ErrorReason.InvalidSetup, problem, proposal.Repository);
        if (proposal.Trusted)
        {
            Messages.WriteLine($"gitproc: this is approved already, and is used in checkouts of {proposal.Repository}");
            return ExitCode.Done;
        }

        if (!isYes && Console.IsInputRedirected)
        {
            Messages.WriteLine(
                "gitproc: this is not approved: there is no terminal on which to ask you. To approve it without a "
                    + "question: --yes");
            return ExitCode.Error;
        }

        if (!isYes)
            Messages.Write($"gitproc: use this in checkouts of {proposal.Repository}? [y/N] ");
        if (!isYes && ReadAnswer(cancellationToken)?.Trim() is not ("y" or "Y" or "yes"))
        {
            Messages.WriteLine("gitproc: nothing is approved");
            return ExitCode.Error;
        }

        trust.Approve(proposal, cancellationToken);
        Messages.WriteLine($"gitproc: this is approved, until {proposal.Repository} proposes something else");
        return ExitCode.Done;
    }

    // Console.ReadLine goes on after Ctrl+C, so only the wait for it ends.
    private static string? ReadAnswer(CancellationToken cancellationToken)
    {
        var reading = Task.Run(Console.ReadLine, CancellationToken.None);
        try
        {
            reading.Wait(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Messages.WriteLine("");
            throw;
        }

        return reading.Result;
    }
}
