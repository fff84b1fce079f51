using System.CommandLine;
using Gitproc.Cli.Output;
using Gitproc.Remote;

namespace Gitproc.Cli.Commands;

/// <summary>The hidden command that another machine's <c>gitproc run</c> starts here, by ssh.</summary>
internal static class RemoteCommand
{
    public static Command Create(GlobalOptions options)
    {
        var command = new Command("remote");
        command.Hidden = true;
        var fleet = new Option<bool>("--fleet");
        command.Add(fleet);
        command.SetAction(parsed =>
        {
            using var output = StandardStream.Open(1);
            RemoteService.Serve(
                StandardStream.Open(0), output, reports => options.Open(parsed, reports), parsed.GetValue(fleet));
            return ExitCode.Done;
        });
        return command;
    }
}
