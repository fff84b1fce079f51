using Gitproc.Text;

namespace Gitproc.Reports;

/// <summary>The kinds of <see cref="PoolReport"/>.</summary>
public enum ReportKind
{
    /// <summary>A git command is about to run; the text is its command line.</summary>
    Command,

    /// <summary>A long step begins; the text names it.</summary>
    Step,

    /// <summary>The step goes on; the text names the current part of it, as git does.</summary>
    Progress,

    /// <summary>The step has ended; there is no text.</summary>
    StepEnd,

    /// <summary>The operation waits for another process.</summary>
    Waiting,

    /// <summary>A notice: all is well, and the user may want to know.</summary>
    Notice,

    /// <summary>A warning: something is wrong.</summary>
    Warning,

    /// <summary>A line that a hook of the user has printed.</summary>
    HookOutput,
}

/// <summary>
/// What an operation tells while it runs. Always reported on the thread that called the operation, so a front end
/// may write it out directly. The text never holds a password, and nothing that a terminal or a CI system obeys.
/// </summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Text">A line for the user, or a few.</param>
/// <param name="Percent">How much of the step is done, 0 to 100; null if that is not known.</param>
public sealed record PoolReport(ReportKind Kind, string Text, int? Percent = null)
{
    /// <summary>A line for the user, or a few.</summary>
    public string Text { get; } = PrintableText.OfLines(Text);

    /// <summary>
    /// The same in a few words, the most important first, for narrow lines; null if the text is short itself.
    /// </summary>
    public string? Brief { get; init; }

    /// <summary>The gitproc command that helps, to be shown after the text; null if there is none.</summary>
    public Hint? Hint { get; init; }
}

/// <summary>
/// Reports a long step of an operation while it runs. Progress that git reports meanwhile belongs to it.
/// </summary>
internal sealed class ProgressStep : IDisposable
{
    private readonly IProgress<PoolReport>? _reports;

    private ProgressStep(IProgress<PoolReport>? reports) => _reports = reports;

    /// <summary>Reports the beginning.</summary>
    /// <param name="reports">Told; null for nobody.</param>
    /// <param name="text">What is done, as <c>cloning URL</c>; without a password.</param>
    /// <returns>The step; it has ended when this is disposed.</returns>
    public static ProgressStep Begin(IProgress<PoolReport>? reports, string text)
    {
        reports?.Report(new PoolReport(ReportKind.Step, text));
        return new ProgressStep(reports);
    }

    /// <inheritdoc/>
    public void Dispose() => _reports?.Report(new PoolReport(ReportKind.StepEnd, ""));
}
