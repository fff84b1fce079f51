using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Gitproc.Cli.Output;
using Gitproc.Processes;
using Gitproc.Reports;
using Gitproc.Terminal;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc fleet</c> and its subcommands.</summary>
internal static class FleetCommand
{
    private const string SetUpProgram = "gitproc-fleet";

    public static Command Create(GlobalOptions options) =>
        new("fleet", "Show and change the fleet that this machine belongs to.")
        {
            Status(options),
            Machines(options),
            Limit(options),
            Init(),
            Drain(options),
            Leave(options),
            Doctor(options),
        };

    private static Command Status(GlobalOptions options)
    {
        var command = new Command("status", "Show the machines, the limits, who holds slots, and who waits for one.");
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            var fleet = options.Open(parsed).FleetView;
            var width = ConsoleScreen.TableWidth;
            ResultWriter.WriteLines(TextTable.Join(
            [
                FleetText.Lines(fleet.ListMachines(interruption.Token), width),
                FleetText.Lines(fleet.ListLimits(interruption.Token), width),
                FleetText.Lines(fleet.ListHolders(interruption.Token), width),
                FleetText.Lines(fleet.ListQueue(interruption.Token), width),
            ]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Machines(GlobalOptions options)
    {
        var json = CheckoutOutput.JsonOption();
        var command = new Command("machines", "List the machines.") { json };
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            var machines = options.Open(parsed).FleetView.ListMachines(interruption.Token);
            if (parsed.GetValue(json))
                JsonOutput.WriteArray(machines);
            else
                ResultWriter.WriteLines(FleetText.Lines(machines, ConsoleScreen.TableWidth));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Limit(GlobalOptions options)
    {
        var repository = new Argument<string?>("repository")
        {
            Description = "The repository: a URL, a path, or a name that the pool knows. Without it, list the limits.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var most = new Argument<string?>("limit")
        {
            Description = "The most checkouts that may be held at once, or none for no limit.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var json = CheckoutOutput.JsonOption();
        var command = new Command("limit", "List the limits, or set how many checkouts of a repository may be held at once.")
        {
            repository, most, json,
        };
        command.Check(result =>
        {
            if (result.GetValue(repository) is null)
                return;
            if (result.GetValue(most) is not { } text)
                result.AddError("fleet limit needs a number, or none, after the repository.");
            else if (text != "none" && Number(text) is null)
                result.AddError($"'{text}' is not a limit. Give a number, or none.");
        });
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            var fleet = options.Open(parsed).FleetView;
            if (parsed.GetValue(repository) is { } named)
            {
                fleet.SetLimit(named, Number(parsed.GetValue(most)!), CurrentFolder.Path, interruption.Token);
                return ExitCode.Done;
            }

            var limits = fleet.ListLimits(interruption.Token);
            if (parsed.GetValue(json))
                JsonOutput.WriteArray(limits);
            else
                ResultWriter.WriteLines(FleetText.Lines(limits, ConsoleScreen.TableWidth));
            return ExitCode.Done;
        });
        return command;
    }

    // The words go to the program that links the client of PostgreSQL.
    private static Command Init()
    {
        var words = new Argument<string[]>("options") { Description = $"The options of {SetUpProgram} init." };
        var command = new Command("init", $"Set a fleet up, or add a machine to it. Runs {SetUpProgram} init.") { words };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(parsed =>
        {
            var beside = Path.Combine(AppContext.BaseDirectory, SetUpProgram);
            var program = File.Exists(beside) ? beside : ProgramPath.Find(SetUpProgram) ?? throw new GitprocException(
                ErrorReason.FleetNotUsable, $"There is no {SetUpProgram} on the PATH or beside gitproc.", SetUpProgram);
            using var process = Process.Start(
                program, ["init", .. parsed.GetValue(words) ?? [], .. parsed.UnmatchedTokens]);
            process.WaitForExit();
            return process.ExitCode;
        });
        return command;
    }

    private static Command Drain(GlobalOptions options)
    {
        var machine = Machine();
        var undo = new Option<bool>("--undo") { Description = "Give it slots again." };
        var command = new Command("drain", "Give a machine no new slots. What it holds goes on.") { machine, undo };
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            options.Open(parsed).FleetView.Drain(
                parsed.GetValue(machine)!, !parsed.GetValue(undo), interruption.Token);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Leave(GlobalOptions options)
    {
        var machine = Machine();
        var command = new Command(
            "leave", "Take a machine out of the fleet. What it holds goes on, and does not count any longer.")
        {
            machine,
        };
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            options.Open(parsed).FleetView.Leave(parsed.GetValue(machine)!, interruption.Token);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Doctor(GlobalOptions options)
    {
        var json = CheckoutOutput.JsonOption();
        var command = new Command("doctor", "Say what is odd about the fleet. Changes nothing.") { json };
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            var findings = options.Open(parsed).FleetView.Check(Messages.SpellOption, interruption.Token);
            FindingOutput.Write(findings, parsed.GetValue(json));
            return findings.Any(finding => finding.State == FindingState.Problem) ? ExitCode.Error : ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> Machine() => new("machine") { Description = "The machine's name in the fleet." };

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
