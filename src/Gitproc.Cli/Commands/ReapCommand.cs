using System.CommandLine;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc reap</c>.</summary>
internal static class ReapCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(GlobalOptions options)
    {
        var command = new Command("reap", "Take off the leases whose owners are gone or that have expired. acquire does so by itself when it needs one.");
        command.SetAction(parsed =>
        {
            foreach (var checkout in options.Open(parsed).Leases.Reap())
                GlobalOptions.Tell(checkout);
            return ExitCode.Done;
        });
        return command;
    }
}
