using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Registry;

/// <summary>One acquisition of one checkout: who holds it, until when, and what for.</summary>
internal sealed record Lease
{
    /// <summary>A random id that no other acquisition has.</summary>
    public required string Id { get; init; }

    /// <summary>The process with which it ends; null if it lasts until it is released or expires.</summary>
    public LeaseOwner? Owner { get; init; }

    /// <summary>The name of the user who acquired.</summary>
    public required string User { get; init; }

    /// <summary>The name of the machine where it was acquired.</summary>
    public required string Machine { get; init; }

    /// <summary>The time of the acquisition, UTC.</summary>
    public required DateTimeOffset AcquiredAt { get; init; }

    /// <summary>The time when it expires, UTC; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>True if it ends when it expires even if its owner lives.</summary>
    public bool IsStrict { get; init; }

    /// <summary>
    /// True if nobody works in the checkout: its owner makes it ready for whoever acquires it next.
    /// </summary>
    public bool IsMakingReady { get; init; }

    /// <summary>The slot of the fleet that it has; null if the fleet does not limit the repository.</summary>
    public FleetSlot? Slot { get; init; }

    /// <summary>What the holder says it is for; null for nothing.</summary>
    public string? Label { get; init; }

    /// <summary>The CI job; null outside of one.</summary>
    public Job? Job { get; init; }

    /// <summary>The properties that the holder attached; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>The holder and the purpose, as tables show them.</summary>
    public string BriefHolder()
    {
        var who = Owner is { } owner ? $"{owner.Process.Id} {owner.Name}" : User;
        return PrintableText.Of(string.IsNullOrEmpty(Label) ? who : $"{who}: {Label}");
    }

    /// <summary>The holder, the time and the purpose, for errors.</summary>
    public string Holder()
    {
        var who = Owner is { } owner ? $"{owner} of {User}" : User;
        var where = Machine == System.Environment.MachineName ? "" : $" on {Machine}";
        var job = Job is null ? "" : $", {Job}";
        var label = Label is null ? "" : $", '{PrintableText.Of(Label)}'";
        return $"{who}{where} since {PrintableTime.Local(AcquiredAt)}{job}{label}";
    }
}

/// <summary>The right to hold one lease of a repository that the fleet limits.</summary>
/// <param name="Number">Which of the repository's slots. No other lease has it at the same time.</param>
/// <param name="Fence">Grows with each grant of the slot, so that others can refuse a holder that has lost it.</param>
internal sealed record FleetSlot(int Number, long Fence);

/// <summary>After what times a lease can expire.</summary>
public static class LeaseExpiry
{
    /// <summary>True if a lease can expire after a time.</summary>
    /// <param name="after">The time.</param>
    /// <returns>False for one that is over before the lease begins, and for one that no calendar reaches.</returns>
    public static bool IsPossible(TimeSpan after) => after > TimeSpan.Zero && after <= Duration.Max;

    /// <summary>The message for a time for which that is false.</summary>
    /// <param name="text">The time as the user wrote it.</param>
    /// <returns>A sentence.</returns>
    public static string Refusal(string text) =>
        $"'{text}' cannot be the time after which a lease expires: it must be longer than 0 s, and at most {Duration.Max.TotalDays:0} days.";

    /// <summary>Refuses a time after which no lease can expire.</summary>
    /// <param name="after">The time; null for none.</param>
    internal static void Check(TimeSpan? after)
    {
        if (after is { } time && !IsPossible(time))
            throw new GitprocException(ErrorReason.InvalidDuration, Refusal($"{time}"), $"{time}");
    }
}
