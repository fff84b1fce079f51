using System.Collections.Concurrent;
using Gitproc.Torture.Workers;

namespace Gitproc.Torture.Rounds;

/// <summary>Counts what happens. Thread-safe.</summary>
internal sealed class Tally
{
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _violations = new();
    private long _lastAcquired = Environment.TickCount64;

    public IReadOnlyCollection<string> Violations => _violations;

    /// <summary>The time since the last acquisition, or since <see cref="WaitAnew"/>.</summary>
    public TimeSpan SinceAcquired =>
        TimeSpan.FromMilliseconds(Environment.TickCount64 - Interlocked.Read(ref _lastAcquired));

    /// <summary>How often something has happened.</summary>
    /// <param name="word">One of <see cref="Words"/> or <see cref="Counts"/>.</param>
    public int this[string word] => _counts.GetValueOrDefault(word);

    /// <summary>Counts what a line of a worker says.</summary>
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

    /// <summary>Adds to a count.</summary>
    public void Add(string word, int count = 1) => _counts.AddOrUpdate(word, count, (_, sum) => sum + count);

    /// <summary>Raises a count to a number if it is smaller.</summary>
    public void Most(string word, int count) => _counts.AddOrUpdate(word, count, (_, most) => Math.Max(most, count));

    /// <summary>Records a violation, and prints it at once.</summary>
    public void Violate(string what)
    {
        _violations.Enqueue(what);
        Console.Error.WriteLine($"violation: {what}");
    }

    /// <summary>Restarts the measurement of <see cref="SinceAcquired"/>.</summary>
    public void WaitAnew() => Interlocked.Exchange(ref _lastAcquired, Environment.TickCount64);
}
