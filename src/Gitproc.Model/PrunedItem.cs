namespace Gitproc;

/// <summary>Something in a pool that nobody has used for long. Immutable.</summary>
public sealed record PrunedItem
{
    /// <summary>Its kind.</summary>
    public required PrunedKind Kind { get; init; }

    /// <summary>Its name: <c>checkout-N</c>, the id of a rescue, or the key of a repository.</summary>
    public required string Name { get; init; }

    /// <summary>The key of its repository.</summary>
    public required string Repository { get; init; }

    /// <summary>Its size on disk, in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The time when it was last used, UTC.</summary>
    public required DateTimeOffset LastUsedAt { get; init; }

    /// <summary>The name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
