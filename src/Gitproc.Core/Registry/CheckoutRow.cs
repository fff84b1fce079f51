using System.Globalization;
using Gitproc.Checkouts.Looking;
using Gitproc.Git.Reading;
using Gitproc.Repositories;

namespace Gitproc.Registry;

/// <summary>A row of the checkout table: what was recorded, which may differ from what is so now.</summary>
internal sealed record CheckoutRow
{
    /// <summary>The N of <c>checkout-N</c>.</summary>
    public required long Id { get; init; }

    public required long RepositoryId { get; init; }

    public required string RepositoryKey { get; init; }

    /// <summary>The URL of its <c>origin</c>.</summary>
    public required string Url { get; init; }

    public required CheckoutKind Kind { get; init; }

    /// <summary>The folder of the base repository of a worktree, as the database has it; null for a clone.</summary>
    public string? SharedBase { get; init; }

    /// <summary>The recorded state: <see cref="CheckoutState.Locked"/> even if the owner has ended.</summary>
    public required CheckoutState State { get; init; }

    public string? Reason { get; init; }

    /// <summary>The branch at the last acquire or release.</summary>
    public string? Branch { get; init; }

    /// <summary>The commit at the last acquire or release.</summary>
    public string? Commit { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The time of the last acquire or release.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>The lease on it; null if there is none.</summary>
    public Lease? Lease { get; init; }

    /// <summary>The last lease, whose work may still be in it; null if it was cleaned since.</summary>
    public Lease? LastLease { get; init; }

    /// <summary>True if the work of the last holder is rescued already.</summary>
    public bool IsRescued { get; init; }

    /// <summary>
    /// Which state of the remote its refs show: a <see cref="TemplateRepository.Generation"/>; null if unclean.
    /// </summary>
    public string? Generation { get; init; }

    /// <summary>
    /// What its files were like when it was last clean, as <see cref="CheckoutStamp"/>; null if not known.
    /// </summary>
    public string? Stamp { get; init; }

    /// <summary>Which files of its commit it had when it was last clean.</summary>
    public FileSelection Files => FileSelection.OfStamp(Stamp);

    public string Name => CheckoutName.Of(Id);
}

/// <summary>The names <c>checkout-N</c>.</summary>
internal static class CheckoutName
{
    private const string Prefix = "checkout-";

    public static string Of(long id) => Prefix + id.ToString(CultureInfo.InvariantCulture);

    /// <returns>The N; null if the text is no such name.</returns>
    public static long? Read(string name) => Read(name, StringComparison.Ordinal);

    /// <summary>Reads a name as a user writes it, in upper or lower case.</summary>
    /// <returns>The N; null if the text is no such name.</returns>
    public static long? ReadTyped(string name) => Read(name, StringComparison.OrdinalIgnoreCase);

    private static long? Read(string name, StringComparison comparison) =>
        name.StartsWith(Prefix, comparison)
        && long.TryParse(name[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        && Of(id).Equals(name, comparison)
            ? id
            : null;
}
