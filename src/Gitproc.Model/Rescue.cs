namespace Gitproc;

/// <summary>
/// Work that a job left in a checkout and that was kept when the checkout was cleaned: a commit in a bare repository of
/// its own, which borrows from the base repository. A link's rescue is kept in the repository that the link belongs to.
/// Immutable.
/// </summary>
public sealed record Rescue
{
    private readonly string? _shortId;

    /// <summary>
    /// Its id, <c>CHECKOUT/TIME-LEASE</c>: its repository is <c>rescues/TIME-LEASE@CHECKOUT.git</c> in the pool's
    /// folder; where it is a ref, that is <c>refs/gitproc/rescue/</c> and this.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>
    /// The shortest name that no other rescue of the pool has, of at least seven characters; the id if there is none.
    /// </summary>
    public string ShortId
    {
        get => _shortId ?? Id;
        init => _shortId = value;
    }

    /// <summary>The name of the checkout.</summary>
    public required string Checkout { get; init; }

    /// <summary>The key of the repository.</summary>
    public required string Repository { get; init; }

    /// <summary>The branch that was checked out; null if HEAD was detached.</summary>
    public string? Branch { get; init; }

    /// <summary>The id of the lease under which it was made; null if it is not known.</summary>
    public string? LeaseId { get; init; }

    /// <summary>The holder of the checkout; null if it is not known.</summary>
    public string? Holder { get; init; }

    /// <summary>The CI job; null if there was none.</summary>
    public string? Job { get; init; }

    /// <summary>The time when the job released the checkout, or was found dead; UTC.</summary>
    public required DateTimeOffset RescuedAt { get; init; }

    /// <summary>The number of files that were changed, removed or new.</summary>
    public required int Files { get; init; }

    /// <summary>The number of commits that no branch of the remote had, those of stashes included.</summary>
    public required int Commits { get; init; }

    /// <summary>The size of the work in bytes, before git compresses it.</summary>
    public required long Size { get; init; }

    /// <summary>True for commits that the job had undone itself, and that nothing led to any more.</summary>
    public bool IsUndone { get; init; }

    /// <summary>The id, so that a rescue can be used as its name.</summary>
    /// <returns><see cref="Id"/>.</returns>
    public override string ToString() => Id;
}
