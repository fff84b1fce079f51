using System.Globalization;

namespace Gitproc.Torture.Queue;

/// <summary>How one waiter was served.</summary>
/// <param name="LeaseId">Its lease.</param>
/// <param name="Served">When its acquire had ended.</param>
/// <param name="Releasing">When its release began.</param>
/// <param name="Released">When its release had ended.</param>
internal sealed record Service(string LeaseId, long Served, long Releasing, long Released)
{
    /// <summary>Reads what a waiter says.</summary>
    /// <param name="line">Its line.</param>
    /// <returns>What it means.</returns>
    public static Service Read(string line)
    {
        var words = line.Split(' ');
        return new Service(words[0], Time(words[1]), Time(words[2]), Time(words[3]));
    }

    private static long Time(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
