using System.CommandLine;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc reap</c>.</summary>
internal static class ReapCommand
{
    public static Command Create(GlobalOptions options)
    {
        var command = new Command(
            "reap",
            "End the leases whose owners are gone or that have expired. acquire also does this when it needs a checkout."
        );
        command.SetAction(parsed =>
        {
            foreach (var checkout in options.Open(parsed).Leases.Reap())
                GlobalOptions.Tell(checkout);
            return ExitCode.Done;
        });
        return command;
    }
}
