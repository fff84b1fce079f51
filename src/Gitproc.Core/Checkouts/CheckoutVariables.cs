using System.Globalization;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>
/// The environment variables that tell a program in which checkout it runs, and those of the user
/// (<see cref="VariableSettings"/>).
/// </summary>
internal sealed class CheckoutVariables(PoolFolder folder, VariableSettings settings)
{
    /// <summary>Lists the variables, each name once.</summary>
    public IEnumerable<KeyValuePair<string, string>> Of(CheckoutRow row, Head head) =>
    [
        new("GITPROC_POOL", folder.Path),
        new("GITPROC_CHECKOUT", folder.Checkout(row.Name)),
        new("GITPROC_NAME", row.Name),
        new("GITPROC_NUMBER", Number(row)),
        new("GITPROC_REPOSITORY", row.RepositoryKey),
        new("GITPROC_URL", row.Url),
        new("GITPROC_LEASE", row.Lease?.Id ?? ""),
        .. row.Lease?.Slot is { } slot
            ? (KeyValuePair<string, string>[])
                [
                    new("GITPROC_SLOT", slot.Number.ToString(CultureInfo.InvariantCulture)),
                    new("GITPROC_FENCE", slot.Fence.ToString(CultureInfo.InvariantCulture)),
                ]
            : [],
        new("GITPROC_BRANCH", head.Branch ?? ""),
        new("GITPROC_COMMIT", head.Commit ?? ""),
        .. OfUser(row),
    ];

    /// <summary>Lists the user's variables.</summary>
    /// <exception cref="GitprocException">One of them has no value for this checkout.</exception>
    public IReadOnlyList<KeyValuePair<string, string>> OfUser(CheckoutRow row) =>
    [
        .. settings.Fill(
            Number(row), row.Name, folder.Checkout(row.Name), row.RepositoryKey, row.Lease?.Label ?? ""),
    ];

    private static string Number(CheckoutRow row) => row.Id.ToString(CultureInfo.InvariantCulture);
}
