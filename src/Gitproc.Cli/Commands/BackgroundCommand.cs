using System.CommandLine;
using Gitproc.Pools;
using Gitproc.Processes;

namespace Gitproc.Cli.Commands;

/// <summary>The hidden command that gitproc starts in a process of its own (<see cref="PoolBackground"/>).</summary>
internal static class BackgroundCommand
{
    private const string Name = "background";

    /// <summary>Starts it.</summary>
    public static BackgroundProgram Program { get; } = new(Environment.ProcessPath!, [Name]);

    public static Command Create()
    {
        var pool = new Argument<string>("pool");
        var words = new Argument<string[]>("words");
        var command = new Command(Name) { pool, words };
        command.Hidden = true;
        command.SetAction(parsed =>
            PoolBackground.Run(parsed.GetRequiredValue(pool), parsed.GetRequiredValue(words))
                ? ExitCode.Done
                : ExitCode.Error);
        return command;
    }
}
