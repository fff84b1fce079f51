using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Gitproc.Text;

namespace Gitproc.PowerShell;

/// <summary>
/// The time since something happened. It sorts and compares as a time, and shows only its largest unit.
/// </summary>
/// <param name="Time">The elapsed time.</param>
[SuppressMessage(
    "Design",
    "CA1036:Override methods on comparable types",
    Justification = "PowerShell compares only through IComparable."
)]
public sealed record Elapsed(TimeSpan Time) : IComparable
{
    /// <summary>Parses a time. PowerShell calls this to compare an age with a string.</summary>
    /// <param name="text">For example <c>1h30m</c>, or the format of TimeSpan.</param>
    /// <returns>The time.</returns>
    /// <exception cref="FormatException">The text is not a time.</exception>
    public static Elapsed Parse(string text) =>
        new(Duration.Parse(text) ?? TimeSpan.Parse(text, CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public int CompareTo(object? obj) => obj is Elapsed other
        ? Time.CompareTo(other.Time)
        : obj is null ? 1 : throw new ArgumentException($"'{obj}' is not an elapsed time.", nameof(obj));

    /// <inheritdoc/>
    public override string ToString() => PrintableTime.Age(Time);
}
