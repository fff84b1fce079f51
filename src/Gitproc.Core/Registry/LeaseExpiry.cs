using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Registry;

/// <summary>After what times a lease can expire.</summary>
public static class LeaseExpiry
{
    /// <summary>Whether a lease can expire after a time.</summary>
    /// <param name="after">The time.</param>
    /// <returns>False for one that is over before the lease begins, and for one that no calendar reaches.</returns>
    public static bool IsPossible(TimeSpan after) => after > TimeSpan.Zero && after <= Duration.Longest;

    /// <summary>What the user is told of a time for which that is false.</summary>
    /// <param name="text">The time as the user wrote it.</param>
    /// <returns>A sentence.</returns>
    public static string Refusal(string text) =>
        $"'{text}' is no time after which a lease can expire: it must be longer than 0 s, and no longer than {Duration.Longest.TotalDays:0} days.";

    /// <summary>Refuses a time after which no lease can expire.</summary>
    /// <param name="after">The time; null for none.</param>
    /// <exception cref="GitprocException">It is one.</exception>
    internal static void Check(TimeSpan? after)
    {
        if (after is { } time && !IsPossible(time))
            throw new GitprocException(ErrorReason.InvalidDuration, Refusal($"{time}"), $"{time}");
    }
}
