using Gitproc.Checkouts.Recycling;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>
/// Fills the submodules of a clean checkout, nested ones too. Each borrows from a base repository of the pool, which is
/// cloned if the pool does not have it, and fetched only if it lacks the commit. The git directory is where git itself
/// would have it.
/// </summary>
/// <remarks>
/// A commit says which submodules there are and where they come from, and a stranger may have written it. So git's
/// limits for such addresses apply, names and paths are checked, and no command from it is run. A submodule is put on
/// the list before it is filled. Whatever ends this early, recycling knows what the pool has made.
/// </remarks>
/// <param name="reports">Told what is cloned, fetched and left out; null for nobody.</param>
internal sealed class SubmoduleFilling(PoolFolder folder, PoolDatabase database, IProgress<PoolReport>? reports)
{
    /// <summary>The config of the caller.</summary>
    public required GitConfig Config { get; init; }

    public required PoolSettings Settings { get; init; }

    /// <summary>When the remotes may be asked.</summary>
    public required FetchPolicy Fetch { get; init; }

    /// <summary>The user's own <c>checkout.workers</c>; null for one per core.</summary>
    public required string? CheckoutWorkers { get; init; }

    /// <summary>Fills what is not filled.</summary>
    /// <param name="repository">The repository of the checkout.</param>
    /// <param name="url">The URL of its <c>origin</c>.</param>
    /// <param name="credential">The password for it; null if the user's own helpers know it.</param>
    /// <exception cref="GitprocException">A submodule cannot be filled; the message says which and why.</exception>
    public void Fill(
        CheckoutPlace place,
        RepositoryRow repository,
        string url,
        UrlCredential? credential,
        Target target,
        CancellationToken cancellationToken)
    {
        var basePath = folder.Base(repository.Base);
        Fill(new Around(place, folder.Record(place.Name), basePath, url, credential, target), cancellationToken);
    }

    private void Fill(Around around, CancellationToken cancellationToken)
    {
        var (place, record) = (around.Place, around.Record);
        if (TreeRecord.IsWithoutSubmodules(record) || SubmoduleList.Read(record) is { IsComplete: true }
            || TreeRecord.TryRead(record) is not { } tree)
            return;
        using var root = RawFolder.Open(place.Path);
        using var gitDirectory = RawFolder.Open(place.GitDirectory);
        var wanted = WantedSubmodule.Find(tree.Entries, root, place.Name, reports);
        var known = (SubmoduleList.Read(record) ?? SubmoduleList.None).All.ToList();
        foreach (var one in wanted)
        {
            var source = Resolve(one, around);
            var at = known.FindIndex(other => one.IsSame(other));
            if (at < 0 || known[at] is not { State: SubmoduleState.Filled } there || there.Commit != one.Commit)
            {
                if (at >= 0)
                    known.RemoveAt(at);
                known.Add(Fill(one, source, around, known, root, gitDirectory, cancellationToken));
                at = known.Count - 1;
            }

            Fill(Inside(known[at], source, around), cancellationToken);
        }

        if (!place.IsWorktree)
            WriteGitDirectory(around, known, cancellationToken);

        TreeRecord.NoteSubmodules(record, place.Path, cancellationToken);
        SubmoduleList.Create(place, record, known, wanted).Write(record);
    }

    private static void WriteGitDirectory(
        Around around, IReadOnlyList<KnownSubmodule> known, CancellationToken cancellationToken)
    {
        var place = around.Place;
        var copies = place.IsStandalone
            ? ObjectCopies.Read(around.Base, place.Objects, around.Record, cancellationToken)
            : null;
        new PristineGitDirectory(TemplateRepository.Of(around.Base), around.Url, around.Target)
        {
            Copies = copies,
            Submodules = known,
            WorkTree = SubmoduleRecycling.WorkTreeOf(place),
        }.Write(place.GitDirectory, cancellationToken);
        copies?.Save(around.Record);
    }

    private KnownSubmodule Fill(
        WantedSubmodule one,
        Source source,
        Around around,
        IReadOnlyList<KnownSubmodule> known,
        RawFolder root,
        RawFolder gitDirectory,
        CancellationToken cancellationToken)
    {
        var path = one.Path.ToText();
        using var step = ProgressStep.Begin(reports, $"filling the submodule {path}");
        try
        {
            var (repository, planned) = Plan(one, source, around, known);
            var basePath = Prepare(repository, source, one.Commit, cancellationToken);
            try
            {
                var pristine = new PristineGitDirectory(
                    TemplateRepository.Of(basePath), planned.Address, TargetOf(planned, around))
                {
                    WorkTree = SubmoduleRecycling.WorkTreeOf(planned.In(around.Place)),
                };
                MakeGitDirectory(planned, pristine, around, root, gitDirectory, cancellationToken);
                CheckOut(planned, pristine, basePath, around, Git(source), cancellationToken);
            }
            catch
            {
                // What is half there must not look like a job's work.
                RawTree.Empty(root, one.Path);
                RawTree.Remove(gitDirectory, planned.GitDirectory);
                throw;
            }

            return planned with { State = SubmoduleState.Filled };
        }
        catch (Exception e) when (e is GitprocException { Reason: not ErrorReason.GitNotFound } or IOException
            or UnauthorizedAccessException)
        {
            throw Failed(one, around, source.Address.Url, e.Message);
        }
    }

    // In one transaction with the row, so that nobody removes the base repository meanwhile.
    private (RepositoryRow Repository, KnownSubmodule Planned) Plan(
        WantedSubmodule one, Source source, Around around, IReadOnlyList<KnownSubmodule> known) =>
        database.Change(() =>
        {
            var (key, url, _) = source.Address;
            var row = database.Repositories.Add(key, url, BaseFolder.Of(key));
            var planned = one.Plan(url, row.Base);
            new SubmoduleList([.. known, planned], IsComplete: false).Write(around.Record);
            return (row, planned);
        });

    // Makes the base repository, and fetches the commit if it is not there.
    private string Prepare(
        RepositoryRow repository, Source source, string commit, CancellationToken cancellationToken)
    {
        var git = Git(source);
        var began = DateTimeOffset.UtcNow;
        var basePath = MakeBase(repository with { Url = source.Address.Url }, source, git, cancellationToken);
        SubmoduleBases.Mark(basePath);
        var refs = new BaseRefs(git, basePath);
        if (refs.Has(commit, cancellationToken))
            return basePath;
        if (Fetch == FetchPolicy.Never)
        {
            throw new GitprocException(
                ErrorReason.RefNotFound,
                $"the pool does not have its commit {commit}, and it was not fetched.",
                commit);
        }

        var fetch = new BaseFetch(folder, database, git, reports)
        {
            Repository = repository,
            Url = source.Address.Url,
            Credential = source.Credential,
            SilenceTimeout = Settings.GitTimeout,
        };
        var failure = fetch.Fetch(began, cancellationToken);
        if (!refs.Has(commit, cancellationToken))
            failure = fetch.FetchOne(new WantedRef(commit, NewBranch: null), cancellationToken) ?? failure;
        return refs.Has(commit, cancellationToken)
            ? basePath
            : throw new GitprocException(
                ErrorReason.RefNotFound, $"its commit {commit} is not there. {failure}".TrimEnd(), commit);
    }

    private string MakeBase(
        RepositoryRow repository, Source source, GitRunner git, CancellationToken cancellationToken)
    {
        try
        {
            return new BaseRepository(folder, database, git, reports, Settings.GitTimeout).Ensure(
                repository, source.Credential, cancellationToken);
        }
        catch
        {
            // The pool does not know a repository that could never be cloned, unless somebody else clones it now.
            using var alone = FileLock.TryAcquire(folder.BaseLock(repository.Id));
            if (alone is not null && !Directory.Exists(folder.Base(repository.Base)))
                database.Change(() => database.Repositories.RemoveUnused(repository.Id));
            throw;
        }
    }

    private static void MakeGitDirectory(
        KnownSubmodule one,
        PristineGitDirectory pristine,
        Around around,
        RawFolder root,
        RawFolder gitDirectory,
        CancellationToken cancellationToken)
    {
        var place = one.In(around.Place);
        // Opened step by step, because a link could be in the way (CVE-2024-32002).
        using var tree = RawTree.TryOpenFolder(root, one.RawPath)
            ?? throw new IOException("there is no folder for it.");
        RawTree.Remove(gitDirectory, one.GitDirectory);
        RawTree.MakeFolder(gitDirectory, one.GitDirectory);
        pristine.Write(place.GitDirectory, cancellationToken);
        tree.RemoveEntries();
        SubmoduleRecycling.WriteGitFile(tree, place);
    }

    private void CheckOut(
        KnownSubmodule one,
        PristineGitDirectory pristine,
        string basePath,
        Around around,
        GitRunner git,
        CancellationToken cancellationToken)
    {
        var place = one.In(around.Place);
        // As a new checkout is checked out, see CheckoutCreation.
        git.Run(
            new GitCall("-c", $"checkout.workers={CheckoutWorkers ?? "0"}", "checkout", "--force", "--progress")
            {
                WorkingDirectory = place.Path,
                Config = [GitCall.NoHooks, (PoolSettings.SubmoduleRecurse, "false")],
                Environment =
                [
                    ("GIT_DIR", place.GitDirectory), ("GIT_WORK_TREE", place.Path), around.Target.Files.Environment,
                ],
                Subject = one.Path,
                Base = basePath,
            },
            cancellationToken);
        new LfsStore(basePath).Take(place.GitDirectory);
        var record = one.Record(around.Record);
        SubmoduleList.Remove(record);
        // It borrows until now, because git-lfs looks for contents beside borrowed objects.
        var copies = place.IsStandalone ? ObjectCopies.None(basePath) : null;
        if (copies is not null)
            pristine.With(copies).Write(place.GitDirectory, cancellationToken);
        TreeRecord.Write(
            record,
            place.Path,
            TargetOf(one, around),
            Path.Combine(place.GitDirectory, "index"),
            hasNothingElse: true,
            cancellationToken);
        copies?.Save(record);
    }

    private Source Resolve(WantedSubmodule one, Around around)
    {
        try
        {
            var rules = new RepositoryResolver(database.Repositories, Config, Settings).Rules(around.Place.Path);
            var address = SubmoduleAddress.Parse(one.Url, around.Url, rules, Config);
            var credential = address.Credential
                ?? (SubmoduleAddress.IsOnSameHost(address.Url, around.Url) ? around.Credential : null);
            return new Source(address, credential);
        }
        catch (GitprocException e)
        {
            throw Failed(one, around, one.ShownUrl, e.Message);
        }
    }

    private GitRunner Git(Source source)
    {
        var healing = new BaseHealing(folder, reports)
        {
            Url = source.Address.Url,
            Credential = source.Credential,
            SilenceTimeout = Settings.GitTimeout,
        };
        return new GitRunner(reports, healing.TryHeal)
        {
            SilenceTimeout = Settings.GitTimeout,
            AreAddressesForeign = true,
        };
    }

    private Around Inside(KnownSubmodule one, Source source, Around around) => new(
        one.In(around.Place),
        one.Record(around.Record),
        folder.Base(one.Base),
        one.Address,
        source.Credential,
        TargetOf(one, around));

    private static Target TargetOf(KnownSubmodule one, Around around) =>
        new(null, one.Commit, HasUpstream: false) { Files = around.Target.Files.OfSubmodule };

    private static GitprocException Failed(WantedSubmodule one, Around around, string address, string why) => new(
        ErrorReason.GitFailed,
        $"The submodule {one.Path} of {around.Place.Name} cannot be filled from {address}: {why}",
        one.Path.ToText())
    {
        Hint = new(" To leave submodules empty, add ", null) { Options = [new HintOption("NoSubmodules")] },
    };

    // A work tree whose submodules are filled: the checkout, or a submodule.
    private sealed record Around(
        CheckoutPlace Place, string Record, string Base, string Url, UrlCredential? Credential, Target Target);

    private sealed record Source(RepositoryAddress Address, UrlCredential? Credential);
}
