using Gitproc.Files;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>
/// Adds to the user's settings what a repository proposes (<see cref="Proposal"/>), if the user has approved it.
/// </summary>
/// <remarks>
/// Proposed hooks run where somebody with the right to push has made what is checked out. Only an acquire knows that.
/// It leaves a mark with the id of the lease, and what runs later goes by the mark.
/// </remarks>
internal sealed class RepositorySetup(PoolFolder folder, RepositoryRow repository)
{
    private string Base => folder.Base(repository.Base);

    /// <summary>Finds what the user has approved.</summary>
    /// <param name="reports">Told once of each content that is not approved; null for nobody.</param>
    /// <returns>The proposed settings; null if nothing is proposed, or it is not approved.</returns>
    public IReadOnlyList<KeyValuePair<string, string>>? Find(IProgress<PoolReport>? reports)
    {
        if (Proposal.Of(Base) is not { } proposal)
            return null;
        if (new TrustedSetups(folder).Find(repository.Key, proposal) is { } entries)
            return entries;
        if (reports is not null && proposal.IsNews(Base))
        {
            reports.Report(new PoolReport(
                ReportKind.Warning,
                $"{repository.Key} proposes setup for its checkouts in {Proposal.Name}, and nothing of it is used until "
                    + "you approve it")
            {
                Hint = new("; to see it: ", "trust", repository.Key),
            });
        }

        return null;
    }

    /// <summary>Notes whether proposed hooks may run for a lease.</summary>
    public void Mark(CheckoutRow row, bool mayRun)
    {
        if (!mayRun)
            File.Delete(folder.SetupMark(row.Name));
        else if (!IsMarked(row))
            File.WriteAllText(folder.SetupMark(row.Name), row.Lease!.Id);
    }

    /// <summary>The settings for a checkout that is at the default branch, and in which nobody has worked.</summary>
    public PoolSettings ForDefault(PoolSettings settings) => Find(reports: null) is { } entries
        ? settings.With(entries, repository.Key, withHooks: true)
        : settings;

    /// <summary>The settings for a checkout in which nobody acquires anything now.</summary>
    public PoolSettings For(CheckoutRow row, PoolSettings settings) => Find(reports: null) is { } entries
        ? settings.With(entries, repository.Key, IsMarked(row))
        : settings;

    // Without a lease, the mark is that of the last acquire.
    private bool IsMarked(CheckoutRow row) => PlainFile.TryReadText(folder.SetupMark(row.Name)) is { } marked
        && ((row.Lease ?? row.LastLease) is not { } lease || lease.Id == marked);
}
