using System.Management.Automation;
using Gitproc.Reports;

namespace Gitproc.PowerShell.Commands;

/// <summary>Shows what goes on through a cmdlet's streams: as progress the step of the operation, and below it what git says of its own.</summary>
/// <param name="command">The cmdlet; the pool's operations run, and report, on its own thread.</param>
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
            case ReportKind.Waiting:
                // Where no progress is shown, it is to be known too.
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

    /// <summary>Takes the progress away.</summary>
    public void Complete()
    {
        EndPart();
        if (_hasStep)
            command.WriteProgress(new ProgressRecord(StepId, Activity, "done") { RecordType = ProgressRecordType.Completed });
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
        command.WriteProgress(Part(text, percent is null ? "at work" : $"{percent} %", percent));
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
