using System.Globalization;
using System.Text.RegularExpressions;

namespace Gitproc.Text;

/// <summary>
/// Durations as people write them: <c>90s</c>, <c>5m</c>, <c>1h30m</c>, <c>2d</c>, or a number of seconds.
/// </summary>
public static partial class Duration
{
    /// <summary>The longest duration. Subtracted from or added to now, it still gives a valid date.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromDays(10_000);

    /// <summary>Reads a duration.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The span; null if the text is not a duration, or is longer than <see cref="Max"/>.</returns>
    public static TimeSpan? Parse(string text)
    {
        var match = Form().Match(text);
        if (!match.Success || text.Length == 0)
            return null;
        var days =
            Part(match, "d")
            + (Part(match, "h") / 24)
            + (Part(match, "m") / (24 * 60))
            + (Part(match, "s") / (24 * 60 * 60));
        return days <= Max.TotalDays ? TimeSpan.FromDays(days) : null;
    }

    private static double Part(Match match, string unit) =>
        match.Groups[unit] is { Success: true } group ? double.Parse(group.Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(
        @"^(?:(?<d>\d{1,9})d)?(?:(?<h>\d{1,9})h)?(?:(?<m>\d{1,9})m)?(?:(?<s>\d{1,9}(?:\.\d{1,3})?)s?)?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Form();
}

/// <summary>Times and durations as messages and views show them.</summary>
public static class PrintableTime
{
    /// <summary>Shows a time in the zone of this machine.</summary>
    /// <param name="time">The time.</param>
    /// <returns>As <c>2026-01-02 13:04:05</c>.</returns>
    public static string Local(DateTimeOffset time) =>
        time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Shows an age in its greatest unit.</summary>
    /// <param name="age">The age; one below zero counts as zero.</param>
    /// <returns>As <c>3 m</c>.</returns>
    public static string Age(TimeSpan age) => age switch
    {
        { TotalDays: >= 2 } => $"{(int)age.TotalDays} d",
        { TotalHours: >= 2 } => $"{(int)age.TotalHours} h",
        { TotalMinutes: >= 2 } => $"{(int)age.TotalMinutes} m",
        _ => $"{Math.Max(0, (int)age.TotalSeconds)} s",
    };
}
