using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Pools;

/// <summary>
/// Shows what repositories propose to run in their checkouts, and keeps what the user approves of it. Thread-safe.
/// </summary>
/// <remarks>
/// The user approves a content and not a repository: what is approved is what was shown. Another content, from a later
/// fetch, is not used, and nor is the earlier one any more.
/// </remarks>
public sealed class PoolTrust
{
    private readonly Session _session;

    internal PoolTrust(Session session) => _session = session;

    /// <summary>Shows what a repository proposes, as of the last fetch.</summary>
    /// <param name="repository">
    /// A URL, a local path, or a name that the pool knows; null for that of the working directory.
    /// </param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The proposal.</returns>
    /// <exception cref="GitprocException">There is none, or the pool does not know the repository.</exception>
    public ProposedSetup Show(
        string? repository, string workingDirectory, CancellationToken cancellationToken = default) =>
        _session.With(
            database =>
            {
                var row = Find(repository, workingDirectory, database, cancellationToken);
                return Describe(row, Look(row, cancellationToken) ?? throw None(row), cancellationToken);
            },
            cancellationToken);

    /// <summary>Approves what a repository proposes.</summary>
    /// <param name="proposal">What the user has seen.</param>
    /// <param name="cancellationToken">Ends the operation before it is approved.</param>
    /// <returns>The proposal, approved.</returns>
    /// <exception cref="GitprocException">It cannot be used, or the repository proposes something else now.</exception>
    public ProposedSetup Approve(ProposedSetup proposal, CancellationToken cancellationToken = default)
    {
        return _session.With(Approve, cancellationToken);

        ProposedSetup Approve(PoolDatabase database)
        {
            var row = Find(proposal.Repository, _session.Folder.Path, database, cancellationToken);
            var now = Look(row, cancellationToken) ?? throw None(row);
            if (now.Sha256 != proposal.Sha256)
            {
                throw new GitprocException(
                    ErrorReason.InvalidSetup, $"{row.Key} proposes something else by now. Look at it again.", row.Key);
            }

            var entries = now.Parse(_session.Git, _session.Folder.Path, out var problem, cancellationToken);
            if (problem is not null)
                throw new GitprocException(ErrorReason.InvalidSetup, $"{row.Key}: {problem}", row.Key);
            new TrustedSetups(_session.Folder).Add(row.Key, now, entries);
            return Describe(row, now, cancellationToken);
        }
    }

    /// <summary>Takes back what the user has approved of a repository.</summary>
    /// <param name="repository">As for <see cref="Show"/>, or a key of which something is approved.</param>
    /// <param name="workingDirectory">The absolute path of the working directory.</param>
    /// <param name="cancellationToken">Ends the operation before that.</param>
    /// <returns>The key of the repository.</returns>
    /// <exception cref="GitprocException">Nothing of it is approved.</exception>
    public string Revoke(string? repository, string workingDirectory, CancellationToken cancellationToken = default)
    {
        return _session.With(Revoke, cancellationToken);

        string Revoke(PoolDatabase database)
        {
            var trusted = new TrustedSetups(_session.Folder);
            // Also of one that the pool knows no more.
            var key = repository is not null && trusted.Keys().Contains(repository)
                ? repository
                : Find(repository, workingDirectory, database, cancellationToken).Key;
            return trusted.Remove(key)
                ? key
                : throw new GitprocException(ErrorReason.NoSetup, $"Nothing of {key} is approved.", key);
        }
    }

    /// <summary>Lists what repositories propose, and what was approved of it. Reads only.</summary>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The proposals, by repository.</returns>
    /// <exception cref="GitprocException">The database cannot be used.</exception>
    public IReadOnlyList<ProposedSetup> List(CancellationToken cancellationToken = default)
    {
        return _session.Exists ? _session.With(Read, cancellationToken) : [];

        IReadOnlyList<ProposedSetup> Read(PoolDatabase database)
        {
            var found = database.Repositories.All()
                .Select(row => (Row: row, Proposal: Proposal.Of(_session.Folder.Base(row.Base))))
                .Where(one => one.Proposal is not null)
                .Select(one => Describe(one.Row, one.Proposal!, cancellationToken))
                .ToList();
            var gone = new TrustedSetups(_session.Folder).Keys()
                .Except(found.Select(one => one.Repository))
                .Select(key => new ProposedSetup { Repository = key, Trusted = false });
            return [.. found.Concat(gone).OrderBy(one => one.Repository, StringComparer.Ordinal)];
        }
    }

    private RepositoryRow Find(
        string? repository, string workingDirectory, PoolDatabase database, CancellationToken cancellationToken)
    {
        if (repository is not null && database.Repositories.Find(repository) is { } known)
            return known;
        var config = _session.ReadConfig(workingDirectory, database, cancellationToken);
        var target = new RepositoryResolver(database.Repositories, config, PoolSettings.Read(config))
            .Resolve(repository, workingDirectory);
        return target.Known ?? throw new GitprocException(
            ErrorReason.UnknownRepository,
            $"The pool has not cloned {target.Key} yet, so it does not know what that proposes.",
            target.Key)
        {
            Hint = new(" First: ", "acquire", target.Key),
        };
    }

    // An older gitproc, which made the base repository, did not look.
    private Proposal? Look(RepositoryRow row, CancellationToken cancellationToken)
    {
        var basePath = _session.Folder.Base(row.Base);
        if (BaseHealth.FindDamage(basePath) is null)
            Proposal.Look(_session.Git, basePath, cancellationToken);
        return Proposal.Of(basePath);
    }

    private ProposedSetup Describe(RepositoryRow row, Proposal proposal, CancellationToken cancellationToken)
    {
        proposal.Parse(_session.Git, _session.Folder.Path, out var problem, cancellationToken);
        return new ProposedSetup
        {
            Repository = row.Key,
            Sha256 = proposal.Sha256,
            Content = proposal.Text,
            Trusted = new TrustedSetups(_session.Folder).Find(row.Key, proposal) is not null,
            Problem = problem,
        };
    }

    private static GitprocException None(RepositoryRow row) => new(
        ErrorReason.NoSetup,
        $"{row.Key} proposes nothing: its default branch has no file {Proposal.Name}, as of the last fetch.",
        row.Key);
}
