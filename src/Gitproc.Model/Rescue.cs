namespace Gitproc;

/// <summary>
/// Work that a job left in a checkout and that was kept when the checkout was cleaned: a commit in a bare repository of its own, which borrows
/// from the base repository; that of a light-weight checkout is in the repository that it is of.
/// Immutable.
/// </summary>
public sealed record Rescue
{
    /// <summary>Its id, <c>CHECKOUT/TIME-LEASE</c>: its repository is <c>rescues/TIME-LEASE@CHECKOUT.git</c> in the pool's folder; where it is a ref, that is <c>refs/gitproc/rescue/</c> and this.</summary>
    public required string Id { get; init; }

    /// <summary>The name of the checkout.</summary>
    public required string Checkout { get; init; }

    /// <summary>The key of the repository.</summary>
    public required string Repository { get; init; }

    /// <summary>The branch that was checked out; null when HEAD was detached.</summary>
    public string? Branch { get; init; }

    /// <summary>The id of the acquisition that left it; null when it is not known.</summary>
    public string? LeaseId { get; init; }

    /// <summary>Who held the checkout; null when it is not known.</summary>
    public string? Holder { get; init; }

    /// <summary>The CI job; null when there was none.</summary>
    public string? Job { get; init; }

    /// <summary>When the job gave the checkout back, or was found dead; UTC.</summary>
    public required DateTimeOffset RescuedAt { get; init; }

    /// <summary>How many files were changed, removed or new.</summary>
    public required int Files { get; init; }

    /// <summary>How many commits no branch of the remote had, those of stashes too.</summary>
    public required int Commits { get; init; }

    /// <summary>What all that was left takes, in bytes, before git makes it small.</summary>
    public required long Size { get; init; }

    /// <summary>Whether these are commits that the job had undone itself, and that nothing led to any more.</summary>
    public bool IsUndone { get; init; }

    /// <summary>The id, so that a rescue can stand wherever one is named.</summary>
    /// <returns><see cref="Id"/>.</returns>
    public override string ToString() => Id;
}
