using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Gitproc.Text;

namespace Gitproc.PowerShell;

/// <summary>The time that has gone by since something: sorted and compared as a time, shown by its greatest unit.</summary>
/// <param name="Time">The time.</param>
[SuppressMessage("Design", "CA1036:Override methods on comparable types", Justification = "PowerShell compares through IComparable alone.")]
public sealed record Elapsed(TimeSpan Time) : IComparable
{
    /// <summary>Reads a time, so that one can be compared with a text.</summary>
    /// <param name="text">As <c>1h30m</c>, or as TimeSpan writes it.</param>
    /// <returns>The time.</returns>
    /// <exception cref="FormatException">It is none.</exception>
    public static Elapsed Parse(string text) => new(Duration.Parse(text) ?? TimeSpan.Parse(text, CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public int CompareTo(object? obj) => obj is Elapsed other
        ? Time.CompareTo(other.Time)
        : obj is null ? 1 : throw new ArgumentException($"'{obj}' is no time that has gone by.", nameof(obj));

    /// <inheritdoc/>
    public override string ToString() => PrintableTime.Age(Time);
}
