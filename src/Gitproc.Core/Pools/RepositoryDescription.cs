using Gitproc.Checkouts;
using Gitproc.Files;
using Gitproc.Registry;
using Gitproc.Repositories;

namespace Gitproc.Pools;

/// <summary>Says of repositories what is so now.</summary>
internal sealed class RepositoryDescription(PoolFolder folder, PoolDatabase database)
{
    private readonly CheckoutDescription _checkouts = new(folder);

    /// <summary>Describes a repository.</summary>
    public RepositoryInfo Of(RepositoryRow row)
    {
        var path = folder.Base(row.Base);
        var isThere = Directory.Exists(path);
        var fetched = new RepositoryTable(database.Connection).Fetched(row.Id);
        var checkouts = new CheckoutTable(database.Connection).OfRepository(row.Id).ConvertAll(_checkouts.Of);
        return new RepositoryInfo
        {
            Key = row.Key,
            Url = row.Url,
            Path = path,
            Size = isThere ? FolderSize.Of(path) : null,
            FetchedAt = fetched.FetchedAt,
            FetchError = fetched.Error,
            DefaultBranch = isThere ? BaseRefs.Default(path).Branch : null,
            Checkouts = checkouts.Count,
            Free = checkouts.Count(checkout => checkout.State == CheckoutState.Free),
            Locked = checkouts.Count(checkout => checkout.Locked),
        };
    }
}
