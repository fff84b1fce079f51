using System.CommandLine;
using Gitproc.Leases;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc acquire</c>.</summary>
internal static class AcquireCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="options">The global options.</param>
    /// <returns>The command.</returns>
    public static Command Create(GlobalOptions options)
    {
        var acquire = new AcquireOptions();
        var owner = new Option<int?>("--owner-pid")
        {
            Description = "The process whose end ends the lease. [default: the one that calls gitproc]",
            HelpName = "PID",
        };
        var command = new Command("acquire", "Lock a checkout of a repository and print its path.");
        command.Aliases.Add("a");
        acquire.AddTo(command);
        command.Add(owner);
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            var lease = parsed.GetValue(owner) is { } id ? LeaseOwner.OfProcess(id) : LeaseOwner.Caller();
            var checkout = options.Open(parsed).Acquire(acquire.Request(parsed, lease), interruption.Token);
            Console.Out.WriteLine(checkout.Path);
            return ExitCode.Done;
        });
        return command;
    }
}
