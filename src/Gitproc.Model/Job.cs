namespace Gitproc;

/// <summary>A job of a CI system, as the system's own variables tell it. Immutable.</summary>
/// <param name="System">The system, as <c>GitHub Actions</c>.</param>
/// <param name="Run">The id of the run, build or pipeline.</param>
/// <param name="Name">The name of the job in it; null if there is none.</param>
/// <param name="Attempt">Which attempt it is; null if the system does not say.</param>
/// <param name="Url">Its page; null if the system does not say.</param>
public sealed record Job(string System, string Run, string? Name, string? Attempt, string? Url)
{
    /// <summary>The job in a few words.</summary>
    /// <returns>System, run, name and attempt.</returns>
    public override string ToString() =>
        $"{System} {Run}{(Name is null ? "" : " " + Name)}{(Attempt is null or "0" or "1" ? "" : " #" + Attempt)}";
}
