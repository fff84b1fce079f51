using System.Management.Automation;

namespace Gitproc.PowerShell.Commands;

/// <summary>Shows what goes on through a cmdlet's streams.</summary>
/// <param name="command">The cmdlet; the pool's operations run, and report, on its own thread.</param>
internal sealed class CommandReports(Cmdlet command) : IProgress<PoolReport>
{
    private const int ActivityId = 0x6770;
    private const string Activity = "gitproc";

    private bool _isShown;

    /// <inheritdoc/>
    public void Report(PoolReport value)
    {
        switch (value.Kind)
        {
            case ReportKind.Command or ReportKind.Notice:
                command.WriteVerbose(value.Text);
                break;
            case ReportKind.Warning:
                command.WriteWarning(value.Text);
                break;
            default:
                command.WriteProgress(new ProgressRecord(ActivityId, Activity, value.Text) { PercentComplete = value.Percent ?? -1 });
                _isShown = true;
                break;
        }
    }

    /// <summary>Takes the progress away.</summary>
    public void Complete()
    {
        if (_isShown)
            command.WriteProgress(new ProgressRecord(ActivityId, Activity, "done") { RecordType = ProgressRecordType.Completed });
        _isShown = false;
    }
}
