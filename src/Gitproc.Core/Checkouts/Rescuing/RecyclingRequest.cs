using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Registry;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>A request to recycle one checkout.</summary>
internal sealed record RecyclingRequest
{
    /// <summary>Where the checkout is.</summary>
    public required CheckoutPlace Place { get; init; }

    /// <summary>The checkout's name.</summary>
    public string Checkout => Place.Name;

    /// <summary>The checkout's folder, absolute.</summary>
    public string Path => Place.Path;

    /// <summary>The base repository that the checkout borrows from, absolute.</summary>
    public required string Base { get; init; }

    /// <summary>The template repository: a pristine git directory of the repository, absolute. Read only.</summary>
    public required string Template { get; init; }

    /// <summary>The key of the repository.</summary>
    public required string Key { get; init; }

    /// <summary>The URL for <c>origin</c>.</summary>
    public required string Url { get; init; }

    /// <summary>The target to check out.</summary>
    public required Target Target { get; init; }

    /// <summary>The lease that ended; null if it is not known.</summary>
    public Lease? LastLease { get; init; }

    /// <summary>
    /// When the lease ended; UTC. The id of the rescue has this time and the lease, so a second attempt has the same
    /// id.
    /// </summary>
    public required DateTimeOffset ReleasedAt { get; init; }

    /// <summary>What the id of the rescue has instead of a lease, if there is none.</summary>
    public string Unleased { get; init; } = "unknown";

    /// <summary>The folder of the record, absolute; null if the checkout is only rescued and not cleaned.</summary>
    public string? Record { get; init; }

    /// <summary>
    /// The paths in the checkout's <c>objects</c> of what are certainly copies of the base repository's; empty for a
    /// checkout that borrows.
    /// </summary>
    public IReadOnlySet<RawText> Copies { get; init; } = new HashSet<RawText>();

    /// <summary>What to remove.</summary>
    public CleanMode Clean { get; init; }

    /// <summary>True to keep the submodules that the pool has filled; false to empty them.</summary>
    public bool KeepsSubmodules { get; init; } = true;

    /// <summary>True if the user takes <c>core.hooksPath</c> over from a clone of their own at each acquire.</summary>
    public bool CarriesHooksPath { get; init; }

    /// <summary>True to throw work away.</summary>
    public bool Discard { get; init; }

    /// <summary>
    /// True if an earlier attempt, which did not finish, has rescued work. Work that is newer than that is rescued too.
    /// </summary>
    public bool IsRescued { get; init; }

    /// <summary>The store for rescues; null to write refs in <see cref="Base"/>.</summary>
    public RescueStore? Rescues { get; init; }

    /// <summary>The maximum size of a rescue, in bytes.</summary>
    public required long MaxRescueSize { get; init; }

    /// <summary>True to keep commits that the job has undone.</summary>
    public bool KeepsUndone { get; init; }

    /// <summary>Called when work is safe, before anything is thrown away; null to call nothing.</summary>
    public Action<Rescue>? Rescued { get; init; }

    /// <summary>The id for a rescue by this request.</summary>
    public string RescueId
    {
        get
        {
            var lease = LastLease?.Id ?? Unleased;
            return $"{Checkout}/{ReleasedAt.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{lease[..Math.Min(12, lease.Length)]}";
        }
    }
}
