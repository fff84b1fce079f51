using System.Text.Json.Serialization;

namespace Gitproc;

/// <summary>
/// One checkout of the pool as it was when it was asked for. Immutable, so safe to share between threads.
/// All times are UTC.
/// </summary>
public sealed class Checkout
{
    /// <summary>The name, <c>checkout-N</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The absolute path of its folder.</summary>
    public required string Path { get; init; }

    /// <summary>The key of the repository it is of, as <c>github.com/owner/repo</c>.</summary>
    public required string Repository { get; init; }

    /// <summary>The URL of its <c>origin</c>, without a password.</summary>
    public required string Url { get; init; }

    /// <summary>Its state.</summary>
    public required CheckoutState State { get; init; }

    /// <summary>True if a live owner holds it.</summary>
    public bool Locked =>
        State is CheckoutState.Locked or CheckoutState.Creating or CheckoutState.Unknown
            || (State == CheckoutState.Cleaning && LeaseId is not null);

    /// <summary>The branch that is checked out; null if HEAD is detached, or the checkout is not made yet.</summary>
    public string? Branch { get; init; }

    /// <summary>The full id of the commit of HEAD; null if there is none.</summary>
    public string? Commit { get; init; }

    /// <summary>
    /// True if files in it are changed, removed or new; null if that was not asked for, or cannot be told.
    /// </summary>
    [JsonPropertyOrder(1)]
    public bool? IsDirty { get; init; }

    /// <summary>
    /// How many commits it has that the branch of its name on the remote, as fetched last, has not; null if that was
    /// not asked for, or there is no such branch.
    /// </summary>
    [JsonPropertyOrder(1)]
    public int? Ahead { get; init; }

    /// <summary>The number of commits that only that branch has; null if <see cref="Ahead"/> is.</summary>
    [JsonPropertyOrder(1)]
    public int? Behind { get; init; }

    /// <summary>The random id of the lease on it; null if nobody holds it.</summary>
    public string? LeaseId { get; init; }

    /// <summary>
    /// The process with which the lease ends; null if nobody holds it, or the lease has no owner. A
    /// <see cref="CheckoutState.Free"/> checkout that has one was left behind: that process is gone and its lease is
    /// taken over by the next acquire.
    /// </summary>
    public int? OwnerProcessId { get; init; }

    /// <summary>The name of the owner's program; null if nobody holds it.</summary>
    public string? OwnerProcessName { get; init; }

    /// <summary>The path of the owner's program; null if nobody holds it, or it is not known.</summary>
    public string? OwnerProgram { get; init; }

    /// <summary>True if the owner runs; null if there is none, or it cannot be seen from here.</summary>
    public bool? OwnerRuns { get; init; }

    /// <summary>The name of the user who acquired it; null if nobody holds it.</summary>
    public string? User { get; init; }

    /// <summary>The name of the machine where it was acquired; null if nobody holds it.</summary>
    public string? Machine { get; init; }

    /// <summary>
    /// Where ssh reaches the machine that it is on, if it was acquired there from here; otherwise null.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Host { get; init; }

    /// <summary>What the holder says it is for; null for nothing.</summary>
    public string? Label { get; init; }

    /// <summary>The CI job it was acquired in; null if there was none.</summary>
    public Job? Job { get; init; }

    /// <summary>The properties that the holder attached to the lease; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>
    /// True if an acquire gave a checkout that was held under its label already. Its lease stays as it was.
    /// </summary>
    public bool IsResumed { get; init; }

    /// <summary>The time when it was acquired; null if nobody holds it.</summary>
    public DateTimeOffset? AcquiredAt { get; init; }

    /// <summary>The time when the lease expires; null if it does not.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The time when it was last acquired or released; null for never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>The time when it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its kind.</summary>
    public CheckoutKind Kind { get; init; }

    /// <summary>Why it is <see cref="CheckoutState.Broken"/>; null if it is not.</summary>
    public string? Reason { get; init; }

    /// <summary>The path, so that a checkout can be used as a path.</summary>
    /// <returns><see cref="Path"/>.</returns>
    public override string ToString() => Path;
}
