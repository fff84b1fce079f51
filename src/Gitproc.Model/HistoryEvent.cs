namespace Gitproc;

/// <summary>Something that happened to a checkout or its lease. Immutable.</summary>
/// <param name="Id">Its number; a later one has a greater.</param>
/// <param name="Time">When, in UTC.</param>
/// <param name="Kind">What.</param>
/// <param name="Checkout">To which checkout, by name.</param>
/// <param name="Repository">The key of its repository; empty if the pool knows it no more.</param>
/// <param name="LeaseId">Which lease; null for none.</param>
/// <param name="Who">Who did it: the user and the process.</param>
/// <param name="Why">Why, in a few words; null where the kind says it all.</param>
public sealed record HistoryEvent(
    long Id,
    DateTimeOffset Time,
    EventKind Kind,
    string Checkout,
    string Repository,
    string? LeaseId,
    string Who,
    string? Why)
{
    /// <summary>The name of the machine in the fleet; null in the history of one machine.</summary>
    public string? Machine { get; init; }
}
