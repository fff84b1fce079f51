namespace Gitproc.Repositories;

/// <summary>Whether work is kept that jobs leave.</summary>
internal enum RescueWhen
{
    /// <summary>Always.</summary>
    Always,

    /// <summary>Never: all of it is thrown away.</summary>
    Never,
}

/// <summary>What of the work is kept that jobs leave in the checkouts of a pool, and for how long.</summary>
/// <param name="When">Whether any is.</param>
/// <param name="MaxSize">The most bytes of files that are rescued at once.</param>
/// <param name="MaxTotalSize">The most bytes that all rescues of the pool may take on disk; null for no limit.</param>
/// <param name="MaxAge">After what time a rescue is removed.</param>
/// <param name="UndoneMaxAge">After what time commits are removed that a job had undone itself; zero: none are kept.</param>
internal sealed record RescueLimits(RescueWhen When, long MaxSize, long? MaxTotalSize, TimeSpan MaxAge, TimeSpan UndoneMaxAge)
{
    /// <summary>Whether commits are kept that a job has undone itself.</summary>
    public bool KeepsUndone => When != RescueWhen.Never && UndoneMaxAge > TimeSpan.Zero;

    /// <summary>When a rescue may go.</summary>
    /// <param name="rescue">The rescue.</param>
    /// <returns>The time.</returns>
    public DateTimeOffset EndOf(Rescue rescue) => rescue.RescuedAt + (rescue.IsUndone ? UndoneMaxAge : MaxAge);
}
