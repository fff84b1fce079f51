namespace Gitproc;

/// <summary>One thing that a check of the pool has looked at, and what it found. Immutable.</summary>
public sealed record PoolFinding
{
    /// <summary>
    /// What was looked at: <c>Git</c>, <c>Database</c>, <c>FreeSpace</c>, or for example <c>Checkout checkout-1</c>.
    /// </summary>
    public required string Subject { get; init; }

    /// <summary>Tells if it is well.</summary>
    public required FindingState State { get; init; }

    /// <summary>
    /// What was found, in one or a few sentences on one line, with the command that helps at its end. It has no
    /// password in it, and nothing that a terminal obeys.
    /// </summary>
    public required string Text { get; init; }

    /// <summary>The command that helps; null if there is nothing to do, or no command does it.</summary>
    public string? Command { get; init; }

    /// <summary>The finding on one line.</summary>
    /// <returns>For example <c>Git: Ok: 2.47.1, /usr/bin/git</c>.</returns>
    public override string ToString() => $"{Subject}: {State}: {Text}";
}

/// <summary>The states of a <see cref="PoolFinding"/>.</summary>
public enum FindingState
{
    /// <summary>It is as it should be.</summary>
    Ok,

    /// <summary>It is unusual, and Gitproc works.</summary>
    Notice,

    /// <summary>Something needs to be done.</summary>
    Problem,
}
