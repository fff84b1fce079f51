using Gitproc.Checkouts;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Links;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;
using Gitproc.Text;

namespace Gitproc.Pools;

/// <summary>Light-weight checkouts, of repositories of the pool and of any other. Thread-safe.</summary>
/// <remarks>
/// A light-weight checkout belongs to a base repository, so each operation finds that first: the one that the caller
/// names, else what the <c>.gitlink</c> in the folder says, else the submodule that the folder is for, else the
/// repository around it. The pool is opened only if the base repository is one of its own, which is fetched or cloned
/// then.
/// </remarks>
public sealed class PoolLinks
{
    private readonly Session _session;

    internal PoolLinks(Session session) => _session = session;

    /// <summary>
    /// Makes a light-weight checkout: a folder with its own HEAD and index, and the objects and refs of a base
    /// repository.
    /// </summary>
    /// <param name="request">Where, and of what.</param>
    /// <param name="cancellationToken">Ends the operation; nothing is left of it.</param>
    /// <returns>The checkout.</returns>
    /// <exception cref="GitprocException">It cannot be made; the reason says why, and nothing is changed.</exception>
    public Link Create(LinkRequest request, CancellationToken cancellationToken = default)
    {
        if (string.IsNullOrWhiteSpace(request.Path))
            throw new GitprocException(ErrorReason.InvalidLink, "The path is empty. Name a folder.", request.Path);
        if (request.Name is { } name && (name.Length == 0 || name.Any(char.IsControl) || name != name.Trim()))
        {
            throw new GitprocException(
                ErrorReason.InvalidLink,
                $"'{PrintableText.Of(name)}' cannot be the name of a light-weight checkout.",
                name);
        }

        var path = Paths.Real(Path.GetFullPath(request.Path, request.WorkingDirectory));
        var wanted = request.Start is { } start
            ? WantedRef.Parse(start, request.Ref ?? Path.GetFileName(path))
            : ReadRef(request.Ref, request.NewBranch, path);
        if (LinkLookup.At(path) is { IsUnborn: true } left)
        {
            throw new GitprocException(ErrorReason.PathTaken, $"{path} was not made to the end.", path)
            {
                Hint = new(" To end it: ", "link remove", left.Name) { Options = [new("Discard")] },
            };
        }

        LinkFolder.MustBeFree(path);
        var file = GitlinkFile.Read(Path.Combine(path, GitlinkFile.FileName));
        var source = FindSource(request, path, file, wanted, cancellationToken);
        var said = request.Base is null ? file : null;
        var written = new GitlinkFile { Gitdir = said?.Gitdir ?? "", Name = request.Name ?? file?.Name };
        return Creation().Create(path, source, written, cancellationToken).Describe();
    }

    /// <summary>
    /// Checks something out in a light-weight checkout. If the folder has nothing but a <c>.gitlink</c> file, the
    /// checkout is made first.
    /// </summary>
    /// <param name="folder">The folder of the checkout, absolute.</param>
    /// <param name="wanted">A branch, tag, commit or other ref, or <c>START:BRANCH</c> for a new branch.</param>
    /// <param name="newBranch">True if it is the name of a new branch.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The checkout.</returns>
    /// <exception cref="GitprocException">There is no <c>.gitlink</c> file, or it cannot be checked out.</exception>
    public Link Switch(
        string folder, string wanted, bool newBranch = false, CancellationToken cancellationToken = default)
    {
        var path = Paths.Real(folder);
        if (LinkLookup.At(path) is { } link)
        {
            var source = LinkSource.Of(link.Place, ReadRef(wanted, newBranch, path), path);
            Creation().CheckOut(link, source, cancellationToken);
            return link.Describe();
        }

        if (!File.Exists(Path.Combine(path, GitlinkFile.FileName)))
        {
            throw new GitprocException(
                ErrorReason.LinkNotFound,
                $"{path} has no .gitlink file. For a light-weight checkout make one in an empty folder",
                path)
            {
                Hint = new(", or: ", "link", "PATH", wanted),
            };
        }

        var request = new LinkRequest { Path = path, WorkingDirectory = path, Ref = wanted, NewBranch = newBranch };
        return Create(request, cancellationToken);
    }

    /// <summary>Lists light-weight checkouts. Reads only, and starts no process.</summary>
    /// <param name="baseRepository">
    /// Only those of this base repository, as for <see cref="LinkRequest.Base"/>; null for the repository around the
    /// working directory, or all of the pool if there is none.
    /// </param>
    /// <param name="workingDirectory">The working directory, absolute.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The checkouts, by name.</returns>
    /// <exception cref="GitprocException">The base repository is not found.</exception>
    public IReadOnlyList<Link> List(
        string? baseRepository, string workingDirectory, CancellationToken cancellationToken = default) =>
    [
        .. LinkBases(baseRepository, workingDirectory, cancellationToken)
            .SelectMany(place => new LinkStore(place).List())
            .Select(link => link.Describe()),
    ];

    /// <summary>
    /// Makes light-weight checkouts and their base repository find one another again after one was moved.
    /// </summary>
    /// <param name="path">
    /// The folder of a checkout; null for the one that the working directory is in, or all of the repository around it.
    /// </param>
    /// <param name="workingDirectory">The working directory, absolute.</param>
    /// <returns>The checkouts.</returns>
    /// <exception cref="GitprocException">The base repository is not found, or there is nothing to repair.</exception>
    public static IReadOnlyList<Link> Repair(string? path, string workingDirectory)
    {
        var named = path is null
            ? Above(Paths.Real(workingDirectory))
            : Paths.Real(Path.GetFullPath(path, workingDirectory));
        if (named is { } folder)
            return [LinkRepair.Repair(folder).Describe()];
        return LocalRepository.Around(workingDirectory) is var (place, _)
            ? [.. LinkRepair.RepairAll(place).Select(link => link.Describe())]
            : throw new GitprocException(
                ErrorReason.LinkNotFound,
                $"{workingDirectory} is in no light-weight checkout, and in no repository.",
                workingDirectory);
    }

    /// <summary>
    /// Restores a light-weight checkout: one whose folder is gone, with its HEAD and index as they were, or one that
    /// was removed, from its rescue.
    /// </summary>
    /// <param name="link">Its name, or where it was; or the id of a rescue, whole or short.</param>
    /// <param name="path">Where to put it; null for where it was.</param>
    /// <param name="baseRepository">
    /// Its base repository, as for <see cref="LinkRequest.Base"/>; null for the repository around the working
    /// directory.
    /// </param>
    /// <param name="workingDirectory">The working directory, absolute.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The checkout.</returns>
    /// <exception cref="GitprocException">There is none, it is not missing, or something is in the way.</exception>
    public Link Restore(
        string link,
        string? path,
        string? baseRepository,
        string workingDirectory,
        CancellationToken cancellationToken = default)
    {
        var target = path is null ? null : Paths.Real(Path.GetFullPath(path, workingDirectory));
        var restoring = new LinkRestore(_session.Git, _session.Folder.Path);
        var places = LinkBases(baseRepository, workingDirectory, cancellationToken);
        // A link comes before a rescue with the same short name.
        var isLink = places.Exists(place => new LinkStore(place).List().Any(state => state.Name == link));
        var ids = new RescueIds(isLink ? [] : places.SelectMany(place => RescueIds.InRefs(place.CommonDirectory)));
        if (ids.Find(link) is { } id)
        {
            foreach (var place in places)
            {
                if (new Rescues(place.CommonDirectory, _session.Git).Find(id, cancellationToken) is { } rescue)
                    return restoring.Restore(place, rescue, target, cancellationToken).Describe();
            }
        }

        var state = FindLink(places, link, workingDirectory);
        return restoring.Restore(state, target ?? state.Path, cancellationToken).Describe();
    }

    /// <summary>
    /// Removes a light-weight checkout with its folder, HEAD and index. Work that is in no commit of the base
    /// repository is rescued first.
    /// </summary>
    /// <param name="request">Which, and how.</param>
    /// <param name="cancellationToken">Ends the operation before anything is removed.</param>
    /// <returns>The checkout as it was.</returns>
    /// <exception cref="GitprocException">It cannot be removed; the reason says why.</exception>
    public Link Remove(RemoveLinkRequest request, CancellationToken cancellationToken = default)
    {
        var places = LinkBases(request.Base, request.WorkingDirectory, cancellationToken);
        var state = FindLink(places, request.Link, request.WorkingDirectory);
        if (state.IsThere && Paths.IsIn(Paths.Real(request.WorkingDirectory), state.Path))
        {
            throw new GitprocException(
                ErrorReason.InUse,
                $"You are in {state.Name}. Change to another directory, and remove it from there.",
                state.Path);
        }

        var was = state.Describe();
        if (request.ChecksOnly)
        {
            LinkRemoval.Check(state, request.Force);
            return was;
        }

        var (config, _) = new GitConfigReader(_session.Git).Read(request.WorkingDirectory, cancellationToken);
        new LinkRemoval(_session.Git, _session.Reports) { MaxRescueSize = PoolSettings.Read(config).Rescue.MaxSize }
            .Remove(state, request.Discard, request.Force, cancellationToken);
        return was;
    }

    private LinkCreation Creation() => new(_session.Git, _session.Folder.Path);

    // The name of a new branch is the given one, else the folder's.
    private static WantedRef ReadRef(string? text, bool isNew, string path) =>
        WantedRef.Parse(text, newBranch: null) is var wanted && (!isNew || wanted.NewBranch is not null)
            ? wanted
            : WantedRef.Parse(null, wanted.Name ?? Path.GetFileName(path));

    private LinkSource FindSource(
        LinkRequest request, string path, GitlinkFile? file, WantedRef wanted, CancellationToken cancellationToken)
    {
        if (request.Base is { } named)
        {
            return LocalBase(named, path, request.WorkingDirectory) is { } local
                ? LinkSource.OfNew(local, wanted, path)
                : PoolSource(named, request, path, wanted, cancellationToken);
        }

        var gitdir = file?.Gitdir ?? "";
        var submodules = new SubmoduleBase(_session.Git, _session.Folder.Path);
        if (gitdir.Length == 0 && submodules.Find(path, cancellationToken) is { } submodule)
            return SubmoduleBase.Source(submodule, wanted, path);
        if (BaseSearch.Nearest(path, gitdir) is { } nearest)
            return LinkSource.OfNew(nearest, wanted, path);
        throw NoBase(gitdir, path, "", new(" Name it: ", "link", "PATH") { Options = [new("Base", "REPOSITORY")] });
    }

    // A text that begins like a path is one, from the working directory, as everywhere. Any other is searched for, as a
    // .gitlink file says it.
    internal static RepositoryPlace? LocalBase(string text, string path, string workingDirectory)
    {
        if (text.Any(char.IsControl) || string.IsNullOrWhiteSpace(text))
        {
            throw new GitprocException(
                ErrorReason.BaseNotFound, "The base repository is empty, or has control characters in it.", text);
        }

        if (!LocalPath.Is(text, new AddressRules { WorkingDirectory = workingDirectory }))
            return BaseSearch.Nearest(path, text);
        var full = text is ['~', ..] ? Paths.Home + text[1..] : Path.GetFullPath(text, workingDirectory);
        return LocalRepository.FindPlace(full)
            ?? throw new GitprocException(ErrorReason.BaseNotFound, $"There is no repository at {full}.", text);
    }

    private LinkSource PoolSource(
        string named, LinkRequest request, string path, WantedRef wanted, CancellationToken cancellationToken)
    {
        return _session.With(Find, cancellationToken);

        LinkSource Find(PoolDatabase database)
        {
            var config = _session.ReadConfig(request.WorkingDirectory, database, cancellationToken);
            var settings = PoolSettings.Read(config);
            var resolver = new RepositoryResolver(database.Repositories, config, settings);
            var target = ResolveBase(named, path, () => resolver.Resolve(named, request.WorkingDirectory));
            var row = target.Row(database);
            var found = Fetch(database, row, target, settings);
            var place = LocalRepository.At(_session.Folder.Base(row.Base))!;
            if (wanted.Name is null || found.Commit is null)
                return LinkSource.Of(place, wanted, path);
            return wanted.NewBranch is { } branch ? LinkSource.New(place, branch, found.Commit)
                : found.Branch is { } there ? LinkSource.At(place, there)
                : LinkSource.Detached(place, found.Commit);
        }

        Target Fetch(
            PoolDatabase database,
            RepositoryRow row,
            RepositoryTarget target,
            PoolSettings settings)
        {
            try
            {
                var bases = new FreshBase(_session.Folder, database, _session.Git, _session.Reports, settings);
                var found = bases.Default(row, target.Url, target.Credential, cancellationToken);
                if (wanted.Name is null)
                    return found;
                var start = wanted with { NewBranch = null };
                return bases.Find(row, target.Url, target.Credential, start, FetchPolicy.WhenOld, cancellationToken);
            }
            catch when (target.Known is null && !Directory.Exists(_session.Folder.Base(row.Base)))
            {
                // The pool does not know a repository that could never be cloned.
                database.Change(() => database.Repositories.RemoveUnused(row.Id));
                throw;
            }
        }
    }

    private static RepositoryTarget ResolveBase(string named, string path, Func<RepositoryTarget> resolve)
    {
        try
        {
            return resolve();
        }
        catch (GitprocException e) when (e.Reason is ErrorReason.UnknownRepository or ErrorReason.InvalidAddress)
        {
            throw NoBase(named, path, " " + e.Message, e.Hint);
        }
    }

    private static GitprocException NoBase(string gitdir, string path, string why, Hint? hint)
    {
        var named = gitdir.Length == 0 ? "" : $" '{SecretText.Hide(gitdir)}'";
        var tried = SecretText.Hide(BaseSearch.Tried(path, gitdir));
        return new(
            ErrorReason.BaseNotFound,
            $"No base repository{named} is found for {path}: looked at {tried}.{why}",
            SecretText.Hide(gitdir.Length == 0 ? path : gitdir))
        {
            Hint = hint,
        };
    }

    private List<RepositoryPlace> LinkBases(string? text, string workingDirectory, CancellationToken cancellationToken)
    {
        if (text is null && LocalRepository.Around(workingDirectory) is var (place, _))
            return [place];
        if (text is null)
            return _session.Exists ? _session.With(All, cancellationToken) : [];
        if (LocalBase(text, Paths.Real(workingDirectory), workingDirectory) is { } local)
            return [local];
        var row = _session.With(Find, cancellationToken);
        if (row is not null && LocalRepository.At(_session.Folder.Base(row.Base)) is { } known)
            return [known];
        var shown = SecretText.Hide(text);
        throw new GitprocException(
            ErrorReason.BaseNotFound, $"The pool {_session.Folder.Path} has no repository '{shown}'.", shown)
        {
            Hint = Hint.See("repositories"),
        };

        RepositoryRow? Find(PoolDatabase database) => ResolveBase(
            text,
            workingDirectory,
            () => _session.Resolve(text, workingDirectory, database, cancellationToken)).Known;

        List<RepositoryPlace> All(PoolDatabase database) =>
        [
            .. database.Repositories.All()
                .Select(repository => LocalRepository.At(_session.Folder.Base(repository.Base)))
                .OfType<RepositoryPlace>(),
        ];
    }

    private static LinkState FindLink(List<RepositoryPlace> places, string link, string workingDirectory)
    {
        if (places.Count == 1)
            return LinkLookup.Find(places[0], link, workingDirectory);
        var fitting = places.SelectMany(place => new LinkStore(place).List()).Where(state => state.Name == link);
        return fitting.ToList() switch
        {
            [var found] => found,
            [] => LinkLookup.Find(null, link, workingDirectory),
            var several => throw new GitprocException(
                ErrorReason.AmbiguousRepository,
                $"The name '{link}' fits light-weight checkouts of "
                    + $"{string.Join(", ", several.Select(state => state.Place.Top))}. Name the base repository too.",
                link),
        };
    }

    // The checkout that a folder is in, even if it does not find its base repository.
    private static string? Above(string folder)
    {
        for (var at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            var lost = LocalRepository.TargetOf(Path.Combine(at, ".git")) is { } target && !Directory.Exists(target);
            if (lost || File.Exists(Path.Combine(at, GitlinkFile.FileName)))
                return at;
            if (LocalRepository.At(Path.Combine(at, ".git")) is { } place)
                return new LinkStore(place).Find(Path.GetFileName(place.GitDirectory)) is null ? null : at;
        }

        return null;
    }
}

/// <summary>How to make a light-weight checkout.</summary>
public sealed record LinkRequest
{
    /// <summary>
    /// The path of its folder: one that does not exist, is empty, or has nothing but a <c>.gitlink</c> file.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>The working directory, absolute.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>
    /// A branch, tag, commit or other ref, or <c>START:BRANCH</c> for a new branch; null for the branch of the folder's
    /// name, which is made if there is none.
    /// </summary>
    public string? Ref { get; init; }

    /// <summary>True if <see cref="Ref"/>, or without it the folder's name, is the name of a new branch.</summary>
    public bool NewBranch { get; init; }

    /// <summary>
    /// A branch, tag, commit or other ref at which the new branch begins; null for what is checked out around the
    /// folder. <see cref="Ref"/> is then only the name of the branch.
    /// </summary>
    public string? Start { get; init; }

    /// <summary>
    /// The base repository: a path, which is searched for from the folder upwards if it is relative; or the key, URL or
    /// name of a repository of the pool. Null for what the <c>.gitlink</c> in the folder says, else the repository
    /// around.
    /// </summary>
    public string? Base { get; init; }

    /// <summary>Its name; null for its path from the base repository.</summary>
    public string? Name { get; init; }
}

/// <summary>Which light-weight checkout to remove, and how.</summary>
public sealed record RemoveLinkRequest
{
    /// <summary>Its name or path.</summary>
    public required string Link { get; init; }

    /// <summary>The working directory, absolute.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>
    /// Its base repository, as for <see cref="LinkRequest.Base"/>; null for the repository around the working
    /// directory.
    /// </summary>
    public string? Base { get; init; }

    /// <summary>True to throw its work away, and not to rescue it.</summary>
    public bool Discard { get; init; }

    /// <summary>True to remove it although processes run in it.</summary>
    public bool Force { get; init; }

    /// <summary>True to change nothing, and only to throw if the operation would be refused.</summary>
    public bool ChecksOnly { get; init; }
}
