using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Text;

namespace Gitproc.Leases;

/// <summary>The terms of a lease that a caller asks for.</summary>
public sealed record LeaseTerms
{
    /// <summary>
    /// The process with which the lease ends; null for a lease that no process owns, which lasts until it is released
    /// or expires.
    /// </summary>
    public required LeaseOwner? Owner { get; init; }

    /// <summary>
    /// The time after which the lease expires; null for the setting <c>gitproc.leaseDuration</c>. If that is not set,
    /// the lease does not expire.
    /// </summary>
    public TimeSpan? ExpiresAfter { get; init; }

    /// <summary>
    /// True if the lease is over when it expires, even if its owner runs. If false, an owner that is late keeps the
    /// checkout as long as it runs, because it may be working there.
    /// </summary>
    public bool IsStrict { get; init; }

    /// <summary>What the checkout is for, in the words of the caller; null for no label.</summary>
    public string? Label { get; init; }

    /// <summary>Names and values to show with the lease; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>Makes a lease that begins now.</summary>
    /// <param name="defaultDuration">
    /// The duration if the terms have none; null for a lease that does not expire.
    /// </param>
    internal Lease NewLease(TimeSpan? defaultDuration)
    {
        var now = DateTimeOffset.UtcNow;
        return new Lease
        {
            Id = Guid.NewGuid().ToString("N"),
            Owner = Owner,
            User = ThisUser.Name,
            Machine = System.Environment.MachineName,
            AcquiredAt = now,
            ExpiresAt = now + (ExpiresAfter ?? defaultDuration),
            IsStrict = IsStrict,
            Label = Label is { } label ? SecretText.Hide(label) : null,
            Job = CiJob.Current(),
            Environment = Environment is { Count: > 0 } shown
                ? shown.ToDictionary(pair => pair.Key, pair => SecretText.Hide(pair.Value))
                : null,
        };
    }
}
