using System.CommandLine;
using Gitproc.Cli.Output;
using Gitproc.Pools;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc doctor</c>.</summary>
internal static class DoctorCommand
{
    public static Command Create(GlobalOptions options)
    {
        var json = CheckoutOutput.JsonOption();
        var command = new Command(
            "doctor", "Say what is odd about the pool, git and the machine, for a bug report. Changes nothing.")
        {
            json,
        };
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            var request = new PoolCheckRequest
            {
                WorkingDirectory = CurrentFolder.Path,
                SpellOption = Messages.SpellOption,
            };
            var findings = options.Open(parsed).Check.Run(request, interruption.Token);
            FindingOutput.Write(findings, parsed.GetValue(json));
            return findings.Any(finding => finding.State == FindingState.Problem) ? ExitCode.Error : ExitCode.Done;
        });
        return command;
    }
}
