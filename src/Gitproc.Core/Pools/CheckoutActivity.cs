using Gitproc.Registry;

namespace Gitproc.Pools;

/// <summary>Says what goes on with a checkout, as far as that is seen from outside.</summary>
internal sealed class CheckoutActivity(PoolFolder folder)
{
    /// <summary>Says it.</summary>
    public PoolEntry Of(CheckoutRow row, string baseFolder, Checkout checkout) => new(
        checkout,
        Doing(row, baseFolder, checkout),
        (checkout.LeaseId is null ? checkout.LastUsedAt : checkout.AcquiredAt) ?? checkout.CreatedAt);

    private string Doing(CheckoutRow row, string baseFolder, Checkout checkout) => checkout.State switch
    {
        CheckoutState.Creating => Join(Making(row.Name, baseFolder), Purpose(row.Lease)),
        CheckoutState.Cleaning => Join(Cleaning(row), Purpose(row.Lease)),
        CheckoutState.Broken => checkout.Reason ?? "",
        CheckoutState.Unknown => "nobody knows who holds it",
        CheckoutState.Free when row.Lease is not null => "was left behind",
        _ => Purpose(row.Lease),
    };

    private string Making(string name, string baseFolder)
    {
        if (!Directory.Exists(baseFolder))
            return "is made: the repository is cloned";
        return Directory.Exists(folder.Temporary) && Directory.EnumerateDirectories(folder.Temporary, name + ".*").Any()
            ? "is made: its files are written"
            : "is made";
    }

    // Whether somebody is at it now only the lock knows, and whoever looks there is in the way for a moment.
    private static string Cleaning(CheckoutRow row) => row switch
    {
        { Lease: not null } => "is cleaned",
        { LastLease: { } last } => $"is to be cleaned of the work of {(last.Owner is { } owner ? $"{owner.Process.Id} {owner.Name}" : last.User)}",
        _ => "is to be cleaned",
    };

    private static string Purpose(Lease? lease) => Join(lease?.Label, lease?.Job?.ToString());

    private static string Join(params IEnumerable<string?> parts) => string.Join(", ", parts.Where(part => !string.IsNullOrEmpty(part)));
}
