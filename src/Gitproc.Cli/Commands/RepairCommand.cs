using System.CommandLine;
using Gitproc.Cli.Output;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc repair</c>.</summary>
internal static class RepairCommand
{
    public static Command Create(GlobalOptions options)
    {
        var command = new Command(
            "repair",
            "Make the pool's database and folders agree again after a crash, the loss of the database, or the removal of folders by hand."
        );
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            ResultWriter.WriteLines(options.Open(parsed).Care.Repair(interruption.Token));
            return ExitCode.Done;
        });
        return command;
    }
}
