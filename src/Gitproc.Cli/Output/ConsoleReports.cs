namespace Gitproc.Cli.Output;

/// <summary>
/// Shows what goes on, on standard error: waits and notices always, git's commands when asked, progress as one line
/// that is overwritten when there is a terminal.
/// </summary>
/// <param name="verbose">Whether git's commands are shown.</param>
internal sealed class ConsoleReports(bool verbose) : IProgress<PoolReport>
{
    private int _progressLength;

    /// <inheritdoc/>
    public void Report(PoolReport value)
    {
        switch (value.Kind)
        {
            case ReportKind.Progress:
                if (!Console.IsErrorRedirected)
                    Overwrite(value.Percent is { } percent ? $"{value.Text}: {percent} %" : value.Text);
                break;
            case ReportKind.Command when !verbose:
                Overwrite("");
                break;
            default:
                Overwrite("");
                Messages.WriteLine($"gitproc: {value.Text}");
                break;
        }
    }

    private void Overwrite(string text)
    {
        if (text.Length == 0 && _progressLength == 0)
            return;
        Messages.Write('\r' + text.PadRight(_progressLength) + (text.Length == 0 ? "\r" : ""));
        _progressLength = text.Length;
    }
}
