using Gitproc.Reports;
using Gitproc.Terminal;

namespace Gitproc.Cli.Output;

/// <summary>
/// Shows reports on standard error: waits and notices always, git's commands with <c>--verbose</c>. Progress is shown
/// only on a terminal, as one line that is erased when the step ends.
/// </summary>
internal sealed class ConsoleReports(bool verbose) : IProgress<PoolReport>
{
    // Shorter steps are not shown, because their line would only flicker.
    private const int DelayMilliseconds = 200;

    private readonly Lock _lock = new();
    private readonly bool _hasTerminal = ConsoleScreen.IsErrorThere;
    private string[] _waiting = [];
    private string? _step;
    private string? _line;
    private bool _isShown;
    private bool _isDue;
    private Timer? _timer;

    /// <inheritdoc/>
    public void Report(PoolReport value)
    {
        lock (_lock)
        {
            switch (value.Kind)
            {
                case ReportKind.Step:
                    _step = value.Text;
                    Show(_step);
                    break;
                case ReportKind.Progress:
                    // The changing part comes first, because the terminal cuts off the end of a long line.
                    Show(
                        $"{value.Text}{(value.Percent is { } percent ? $" {percent} %" : "")}{(_step is null ? "" : ", " + _step)}"
                    );
                    break;
                case ReportKind.StepEnd:
                    End();
                    break;
                case ReportKind.Command when !verbose:
                    break;
                case ReportKind.Waiting:
                    Say(WhatIsNew(Messages.WithHint(value.Text, value.Hint)));
                    break;
                default:
                    Say(Messages.WithHint(value.Text, value.Hint));
                    break;
            }
        }
    }

    private void Say(string text)
    {
        if (text.Length == 0)
            return;
        Erase();
        Messages.WriteLine($"gitproc: {text}");
    }

    // Each report of a wait repeats its whole state. Only the changed lines are printed.
    private string WhatIsNew(string text)
    {
        var lines = text.Split('\n');
        var news = string.Join('\n', lines.Except(_waiting)).Trim();
        var goesOn = _waiting.Contains(lines[0]);
        _waiting = lines;
        return goesOn && news.Length > 0 ? $"still waiting: {news}" : news;
    }

    private void Show(string line)
    {
        if (!_hasTerminal)
            return;
        _line = line;
        if (_isDue)
            Write();
        else
            _timer ??= new Timer(_ => BecomeDue(), null, DelayMilliseconds, Timeout.Infinite);
    }

    private void BecomeDue()
    {
        lock (_lock)
        {
            if (_timer is null)
                return;
            _isDue = true;
            Write();
        }
    }

    // Wrapping is off, because a carriage return cannot go back over a wrapped line.
    private void Write()
    {
        Messages.Write($"\r\e[?7l{_line}\e[K\e[?7h");
        _isShown = true;
    }

    private void End()
    {
        _timer?.Dispose();
        (_timer, _isDue, _step) = (null, false, null);
        Erase();
    }

    private void Erase()
    {
        if (_isShown)
            Messages.Write("\r\e[K");
        _isShown = false;
    }
}
