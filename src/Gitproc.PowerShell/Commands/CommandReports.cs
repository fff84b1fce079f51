using System.Management.Automation;
using Gitproc.Reports;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Writes the reports of an operation to a cmdlet's streams: the step as progress, with git's own progress below it;
/// warnings; and git commands as verbose messages.
/// </summary>
/// <param name="command">
/// The cmdlet. The pool's operations run and report on its pipeline thread, as PowerShell requires.
/// </param>
internal sealed class CommandReports(Cmdlet command) : IProgress<PoolReport>
{
    private const int StepId = 0x6770;
    private const int PartId = StepId + 1;
    private const string Activity = "gitproc";

    private bool _hasStep;
    private string? _part;

    /// <inheritdoc/>
    public void Report(PoolReport value)
    {
        switch (value.Kind)
        {
            case ReportKind.Command or ReportKind.Notice:
                command.WriteVerbose(OptionSpelling.WithHint(value.Text, value.Hint));
                break;
            case ReportKind.Warning:
                command.WriteWarning(OptionSpelling.WithHint(value.Text, value.Hint));
                break;
            case ReportKind.HookOutput:
                // As Write-Host does (about_Output_Streams), so that it is seen and is not in the output.
                command.WriteInformation(new HostInformationMessage { Message = value.Text }, ["PSHOST"]);
                break;
            case ReportKind.Waiting:
                // Also a verbose message, for hosts that show no progress.
                command.WriteVerbose(OptionSpelling.WithHint(value.Text, value.Hint));
                ShowStep(value.Brief ?? value.Text);
                break;
            case ReportKind.Step:
                ShowStep(value.Text);
                break;
            case ReportKind.StepEnd:
                EndPart();
                break;
            default:
                ShowPart(value.Text, value.Percent);
                break;
        }
    }

    /// <summary>Removes the progress from the screen.</summary>
    public void Complete()
    {
        EndPart();
        if (_hasStep)
            command.WriteProgress(
                new ProgressRecord(StepId, Activity, "done") { RecordType = ProgressRecordType.Completed });
        _hasStep = false;
    }

    private void ShowStep(string text)
    {
        EndPart();
        command.WriteProgress(new ProgressRecord(StepId, Activity, text));
        _hasStep = true;
    }

    private void ShowPart(string text, int? percent)
    {
        command.WriteProgress(Part(text, percent is null ? "in progress" : $"{percent} %", percent));
        _part = text;
    }

    private void EndPart()
    {
        if (_part is null)
            return;
        var end = Part(_part, "done", percent: null);
        end.RecordType = ProgressRecordType.Completed;
        command.WriteProgress(end);
        _part = null;
    }

    private ProgressRecord Part(string text, string status, int? percent) =>
        new(PartId, text, status) { ParentActivityId = _hasStep ? StepId : -1, PercentComplete = percent ?? -1 };
}
