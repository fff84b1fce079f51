using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Text;

namespace Gitproc.Leases;

/// <summary>What a caller wants of a lease.</summary>
public sealed record LeaseTerms
{
    /// <summary>The process whose end ends it; null to hold it until it is released or expires, whoever lives.</summary>
    public required LeaseOwner? Owner { get; init; }

    /// <summary>After what time it expires; null for the setting <c>gitproc.leaseDuration</c>, and without that never.</summary>
    public TimeSpan? ExpiresAfter { get; init; }

    /// <summary>
    /// Whether it is over when it expires even if its owner lives. Without this an owner that is late is not put out:
    /// a checkout that somebody works in is worth more than a date.
    /// </summary>
    public bool IsStrict { get; init; }

    /// <summary>What it is for, in the caller's words; null for nothing.</summary>
    public string? Label { get; init; }

    /// <summary>Names and values to show with it; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>Makes a new lease that begins now.</summary>
    /// <param name="defaultDuration">How long it lasts where the terms do not say; null for without end.</param>
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
