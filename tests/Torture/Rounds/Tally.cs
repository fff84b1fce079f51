using System.Collections.Concurrent;
using Gitproc.Torture.Workers;

namespace Gitproc.Torture.Rounds;

/// <summary>Counts what happens. Thread-safe.</summary>
internal sealed class Tally
{
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _violations = new();
    private long _lastAcquired = Environment.TickCount64;

    /// <summary>What was violated.</summary>
    public IReadOnlyCollection<string> Violations => _violations;

    /// <summary>How long ago something was acquired last.</summary>
    public TimeSpan SinceAcquired =>
        TimeSpan.FromMilliseconds(Environment.TickCount64 - Interlocked.Read(ref _lastAcquired));

    /// <summary>How often something has happened.</summary>
    /// <param name="word">What.</param>
    /// <returns>The count.</returns>
    public int this[string word] => _counts.GetValueOrDefault(word);

    /// <summary>Counts what a worker says.</summary>
    /// <param name="line">Its line.</param>
    public void Hear(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        var (word, rest) = space < 0 ? (line, "1") : (line[..space], line[(space + 1)..]);
        if (word == Words.Violation)
        {
            Violate(rest);
            return;
        }

        if (word == Words.Acquired)
            WaitAnew();
        Add(word, Options.Number(rest));
    }

    /// <summary>Counts.</summary>
    /// <param name="word">What.</param>
    /// <param name="count">How often.</param>
    public void Add(string word, int count = 1) => _counts.AddOrUpdate(word, count, (_, sum) => sum + count);

    /// <summary>Keeps the greatest number.</summary>
    /// <param name="word">Of what.</param>
    /// <param name="count">A number.</param>
    public void Most(string word, int count) => _counts.AddOrUpdate(word, count, (_, most) => Math.Max(most, count));

    /// <summary>Notes a violation, and says it at once.</summary>
    /// <param name="what">What was violated.</param>
    public void Violate(string what)
    {
        _violations.Enqueue(what);
        Console.Error.WriteLine($"violation: {what}");
    }

    /// <summary>Begins to wait for the next acquisition now.</summary>
    public void WaitAnew() => Interlocked.Exchange(ref _lastAcquired, Environment.TickCount64);
}
