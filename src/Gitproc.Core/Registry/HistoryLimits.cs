namespace Gitproc.Registry;

/// <summary>What of the history is kept.</summary>
/// <param name="MostEvents">How many events, about.</param>
/// <param name="LongestAge">How long.</param>
internal sealed record HistoryLimits(int MostEvents, TimeSpan LongestAge)
{
    /// <summary>What is kept where the user says nothing.</summary>
    public static HistoryLimits Default { get; } = new(10_000, TimeSpan.FromDays(90));
}
