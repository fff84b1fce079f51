using Gitproc.Pools;

namespace Gitproc.Agent.Web;

/// <summary>What the page shows, at one moment: one machine, or all of a fleet. Immutable.</summary>
/// <param name="At">The moment, UTC.</param>
/// <param name="Machines">The machines, by name.</param>
/// <param name="Queue">Who waits, on any machine, in the order in which they are served.</param>
internal sealed record Board(
    DateTimeOffset At, IReadOnlyList<BoardMachine> Machines, IReadOnlyList<BoardWaiter> Queue);

/// <summary>Who knows what the page shows.</summary>
internal interface IBoardSource
{
    /// <summary>The board as it is now, or was a moment ago. Thread-safe.</summary>
    Board Now();
}

/// <summary>A machine: its checkouts, and what happened there.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Place">Where its pool is.</param>
internal sealed record BoardMachine(string Name, string Place)
{
    /// <summary>Its checkouts, by number.</summary>
    public IReadOnlyList<PoolEntry> Checkouts { get; init; } = [];

    /// <summary>What happened in the last hours, the newest first.</summary>
    public IReadOnlyList<HistoryEvent> Events { get; init; } = [];

    /// <summary>Its rescues, the newest first.</summary>
    public IReadOnlyList<Rescue> Rescues { get; init; } = [];

    /// <summary>The space on the disk of its pool, in bytes; null if it is not known.</summary>
    public (long Free, long Size)? Disk { get; init; }

    /// <summary>The free space on that disk in bytes, where no more is known.</summary>
    public long? FreeSpace { get; init; }

    /// <summary>What else there is to say of it; null for nothing.</summary>
    public string? Note { get; init; }

    /// <summary>What is wrong with it; null for nothing.</summary>
    public string? Problem { get; init; }
}

/// <summary>Somebody who waits for a checkout.</summary>
/// <param name="Place">The place in the queue of the repository, from 1 on.</param>
/// <param name="Repository">The key of the repository.</param>
/// <param name="For">What it waits for, if that is not any checkout of the repository; null if it is.</param>
/// <param name="Machine">The machine on which it waits.</param>
/// <param name="Who">The user and process that wait.</param>
/// <param name="Since">The time when it began to wait, UTC.</param>
internal sealed record BoardWaiter(
    int Place, string Repository, string? For, string Machine, string Who, DateTimeOffset Since);
