using Gitproc.Checkouts.Rescuing;
using Gitproc.Git.Running;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Pools;

/// <summary>The rescues of all repositories of a pool.</summary>
internal sealed class PoolRescues(PoolFolder folder, PoolDatabase database, GitRunner git)
{
    private readonly RescueStore _store = new(folder);

    /// <summary>Lists them.</summary>
    /// <param name="repository">Only of this repository; null for all.</param>
    public List<Rescue> List(RepositoryRow? repository, CancellationToken cancellationToken) =>
    [
        .. (repository is null ? new RepositoryTable(database.Connection).All() : [repository])
            .SelectMany(row => Of(row)?.ListRefs(cancellationToken) ?? [])
            .Concat(_store.List().Where(rescue => repository is null || rescue.Repository == PrintableText.Of(repository.Key)))
            .OrderByDescending(rescue => rescue.RescuedAt),
    ];

    /// <summary>Finds one.</summary>
    public (Rescue Rescue, RepositoryRow Repository) Find(string id, CancellationToken cancellationToken)
    {
        var repositories = new RepositoryTable(database.Connection).All();
        var own = _store.Find(id);
        foreach (var row in own is null ? repositories : repositories.Where(row => PrintableText.Of(row.Key) == own.Repository))
        {
            if (Of(row)?.Find(id, cancellationToken) is { } rescue)
                return (rescue, row);
        }

        throw new GitprocException(ErrorReason.RescueNotFound, $"There is no rescue {id}.", id) { Hint = Hint.See("rescue list") };
    }

    /// <summary>Puts one into a checkout that was just acquired.</summary>
    public void Restore(string id, RepositoryRow repository, CheckoutRow checkout, CancellationToken cancellationToken) =>
        new RescueRestore(Of(repository)!.Source(id), folder.Base(repository.Base), git, folder.Place(checkout)).Run(cancellationToken);

    /// <summary>Removes one.</summary>
    public Rescue Remove(string id, CancellationToken cancellationToken)
    {
        var (rescue, row) = Find(id, cancellationToken);
        Of(row)!.Remove(id, cancellationToken);
        return rescue;
    }

    /// <summary>Gives the rescues of checkouts that an older version has put under refs of base repositories repositories of their own.</summary>
    public IReadOnlyList<string> MoveOld(CancellationToken cancellationToken)
    {
        var done = new List<string>();
        foreach (var row in new RepositoryTable(database.Connection).All())
        {
            // Those of light-weight checkouts have a folder for their repository.
            if (!BaseRemoval.HasRescues(folder.Base(row.Base)) || Of(row) is not { } rescues)
                continue;
            foreach (var rescue in rescues.ListRefs(cancellationToken).Where(rescue => rescue.Repository == PrintableText.Of(row.Key)))
            {
                try
                {
                    rescues.Move(rescue, folder.Unfinished($"{rescue.Checkout}-rescue"), cancellationToken);
                    done.Add($"The rescue {rescue.Id} has a repository of its own now.");
                }
                catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed)
                {
                    done.Add($"The rescue {rescue.Id} stays in {folder.Base(row.Base)}: {e.Message}");
                }
            }
        }

        return done;
    }

    // Null where the base repository is gone.
    private Rescues? Of(RepositoryRow row) =>
        Directory.Exists(folder.Base(row.Base)) ? new Rescues(folder.Base(row.Base), git) { Own = (_store, row.Key) } : null;
}
