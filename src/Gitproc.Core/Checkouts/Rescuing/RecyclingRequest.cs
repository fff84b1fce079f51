using Gitproc.Git.Reading;
using Gitproc.Registry;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>One recycling of one checkout.</summary>
internal sealed record RecyclingRequest
{
    /// <summary>Where the checkout is.</summary>
    public required CheckoutPlace Place { get; init; }

    /// <summary>The checkout's name.</summary>
    public string Checkout => Place.Name;

    /// <summary>The checkout's folder, absolute.</summary>
    public string Path => Place.Path;

    /// <summary>The base repository that it borrows from, absolute.</summary>
    public required string Base { get; init; }

    /// <summary>The template repository: a pristine git directory of the repository, absolute. Read only.</summary>
    public required string Template { get; init; }

    /// <summary>The key of the repository.</summary>
    public required string Key { get; init; }

    /// <summary>The URL for <c>origin</c>.</summary>
    public required string Url { get; init; }

    /// <summary>What is to be checked out.</summary>
    public required Target Target { get; init; }

    /// <summary>The lease that is over; null when it is not known.</summary>
    public Lease? LastLease { get; init; }

    /// <summary>When that was; UTC. With the lease it names the rescue, so it is the same when recycling is done again.</summary>
    public required DateTimeOffset ReleasedAt { get; init; }

    /// <summary>Where it is kept what the checkout was like when it was clean, absolute; null where only its work is rescued.</summary>
    public string? Record { get; init; }

    /// <summary>What goes.</summary>
    public CleanMode Clean { get; init; }

    /// <summary>Whether work is thrown away.</summary>
    public bool Discard { get; init; }

    /// <summary>Whether an earlier recycling, which did not come to its end, has rescued work: what is new since then is rescued too.</summary>
    public bool IsRescued { get; init; }

    /// <summary>Where rescues go; null for refs in <see cref="Base"/>.</summary>
    public RescueStore? Rescues { get; init; }

    /// <summary>How large what is rescued may be, in bytes.</summary>
    public required long MaxRescueSize { get; init; }

    /// <summary>Whether commits are kept that the job has undone itself.</summary>
    public bool KeepsUndone { get; init; }

    /// <summary>Called when work is safe, and before anything is thrown away; null for nobody.</summary>
    public Action<Rescue>? Rescued { get; init; }

    /// <summary>The id that a rescue of this recycling has.</summary>
    public string RescueId => $"{Checkout}/{ReleasedAt.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{(LastLease is null ? "unknown" : LastLease.Id[..Math.Min(12, LastLease.Id.Length)])}";
}
