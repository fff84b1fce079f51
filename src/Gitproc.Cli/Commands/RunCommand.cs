using System.CommandLine;
using System.Diagnostics;
using Gitproc.Cli.Output;
using Gitproc.Pools;
using Gitproc.Processes;
using Gitproc.Registry;

namespace Gitproc.Cli.Commands;

/// <summary>
/// <c>gitproc run [REPO] -- COMMAND …</c>: acquires a checkout, runs the command in it, and releases the checkout.
/// </summary>
internal static class RunCommand
{
    private const string Name = "run";

    /// <summary>Splits a command line of <c>run</c> at its <c>--</c>. gitproc does not parse what follows.</summary>
    public static (string[] Own, IReadOnlyList<string>? Command) Split(string[] arguments)
    {
        var end = Array.IndexOf(arguments, "--");
        return end >= 0 && arguments.AsSpan(0, end).Contains(Name)
            ? (arguments[..end], arguments[(end + 1)..])
            : (arguments, null);
    }

    /// <param name="commandToRun">The words after <c>--</c>; null if there is no <c>--</c>.</param>
    public static Command Create(GlobalOptions options, IReadOnlyList<string>? commandToRun)
    {
        var acquire = new AcquireOptions();
        var variables = new Option<string[]>("--send-env")
        {
            Description = "With --machine or --anywhere, give the command this variable of yours. May be given more than once.",
            HelpName = "NAME",
        };
        var command = new Command(
            Name,
            "Run a command in a checkout of a repository and release the checkout afterwards: gitproc run [REPO] [options] -- COMMAND ..."
        );
        acquire.AddTo(command);
        var machine = new MachineOptions(command, "Run the command");
        command.Add(variables);
        machine.Refuse(command, variables, isFor: true, "here the command has all your variables.");
        command.Check(result =>
        {
            if (commandToRun is not { Count: > 0 })
                result.AddError("Write the command to run after --: gitproc run [REPO] -- COMMAND ...");
        });
        command.SetAction(parsed => machine.AreGiven(parsed)
            ? machine.Choose(parsed, options.Open(parsed), options.Reports(parsed)).Use(
                acquire.Request(parsed, owner: null),
                (there, request) => there.Run(
                    request, commandToRun!, Variables(parsed.GetValue(variables) ?? []), StandardStream.Open))
            : RunHere(
                options.Open(parsed),
                acquire.Request(parsed, LeaseOwner.OfProcess(Environment.ProcessId)),
                commandToRun!));
        return command;
    }

    private static int RunHere(Pool pool, AcquireRequest request, IReadOnlyList<string> words)
    {
        var command = new CheckoutCommand(pool, words, text => Messages.WriteLine($"gitproc: {text}"));
        if (!command.MayBeThere())
            return ExitCode.CommandNotFound;
        Checkout checkout;
        using (var interruption = new Interruption())
            checkout = pool.Acquiring.Acquire(request, interruption.Token)[0];
        using var passing = new SignalPassing();
        return command.Run(checkout, CurrentFolder.Path, prepare: null, Wait);

        void Wait(Process process)
        {
            passing.To(process.Id);
            process.WaitForExit();
        }
    }

    private static Dictionary<string, string> Variables(string[] names)
    {
        var variables = new Dictionary<string, string>();
        foreach (var name in names)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                variables[name] = value;
        }

        return variables;
    }
}
