using System.CommandLine;
using Gitproc.Processes;

namespace Gitproc.Cli.Commands;

/// <summary>The hidden command of the process that runs a hook in the background.</summary>
internal static class RunHookCommand
{
    private const string Name = "run-hook";

    /// <summary>What an acquire starts. The hook's variables name the pool.</summary>
    public static DetachedProgram Runner => new(Environment.ProcessPath!, [Name]);

    public static Command Create(GlobalOptions options)
    {
        var ticket = new Argument<string>("ticket");
        var command = new Command(Name) { ticket };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            DetachedProcess.Leave();
            options.OpenQuietly(parsed).Checkouts.RunHook(parsed.GetRequiredValue(ticket));
            return ExitCode.Done;
        });
        return command;
    }
}
