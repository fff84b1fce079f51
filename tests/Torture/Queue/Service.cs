using System.Globalization;

namespace Gitproc.Torture.Queue;

/// <summary>How one waiter was served. All times are <see cref="System.Diagnostics.Stopwatch"/> ticks.</summary>
/// <param name="LeaseId">The id of its lease.</param>
/// <param name="Served">When its acquire ended.</param>
/// <param name="Releasing">When its release began.</param>
/// <param name="Released">When its release ended.</param>
internal sealed record Service(string LeaseId, long Served, long Releasing, long Released)
{
    /// <summary>Parses the line that a waiter wrote.</summary>
    public static Service Read(string line)
    {
        var words = line.Split(' ');
        return new Service(words[0], Time(words[1]), Time(words[2]), Time(words[3]));
    }

    private static long Time(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
