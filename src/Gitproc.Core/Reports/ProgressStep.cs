namespace Gitproc.Reports;

/// <summary>A long step of an operation, told of while it goes on. What git says of its progress meanwhile is part of it.</summary>
internal sealed class ProgressStep : IDisposable
{
    private readonly IProgress<PoolReport>? _reports;

    private ProgressStep(IProgress<PoolReport>? reports) => _reports = reports;

    /// <summary>Tells that it begins.</summary>
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
