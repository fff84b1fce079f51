using System.Globalization;
using Gitproc.Pools;
using Gitproc.Reports;
using Gitproc.Text;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Gitproc.Agent;

/// <summary>
/// Writes an entry of the log as one line. Under systemd it begins with the level, as the journal reads it
/// (sd-daemon(3)), and otherwise with the time. Nothing that a job or a remote has named is obeyed by a terminal.
/// </summary>
internal sealed class LogLine() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    private static readonly bool IsForJournal = SystemdHelpers.IsSystemdService();

    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var text = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (logEntry.Exception is { } exception)
            text += $" {exception}";
        textWriter.Write(IsForJournal ? $"<{Priority(logEntry.LogLevel)}>" : $"{DateTimeOffset.UtcNow:u} ");
        if (logEntry.LogLevel >= LogLevel.Warning)
            textWriter.Write(logEntry.LogLevel >= LogLevel.Error ? "error: " : "warning: ");
        textWriter.Write(PrintableText.Of(text));
        textWriter.Write('\n');
    }

    private static string Priority(LogLevel level) => (level switch
    {
        LogLevel.Critical => 2,
        LogLevel.Error => 3,
        LogLevel.Warning => 4,
        LogLevel.Information => 6,
        _ => 7,
    }).ToString(CultureInfo.InvariantCulture);
}

/// <summary>Writes what operations of the pool report to the log.</summary>
internal sealed class ReportLog(ILogger<Pool> log) : IProgress<PoolReport>
{
    public void Report(PoolReport value)
    {
        var level = value.Kind switch
        {
            ReportKind.Warning => LogLevel.Warning,
            ReportKind.Notice => LogLevel.Information,
            ReportKind.Command or ReportKind.HookOutput or ReportKind.Waiting => LogLevel.Debug,
            _ => LogLevel.None,
        };
        if (level != LogLevel.None && log.IsEnabled(level))
            log.Log(level, "{Text}", value.Text);
    }
}
