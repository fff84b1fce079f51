using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts.Recycling;

/// <summary>
/// Recycles the submodules of a work tree that the pool has filled. Each is a small checkout of its own, with a base
/// repository, a template repository and a record. So one in which nothing has changed costs no process and stays as it
/// is, and one in which a job worked is cleaned like the checkout around it. Their work is rescued with the work of the
/// checkout. A submodule that cannot be kept is emptied; the next acquire that wants it fills it again.
/// </summary>
/// <param name="request">What recycles the work tree around them.</param>
/// <param name="recycle">Recycles one of them.</param>
internal sealed class SubmoduleRecycling(
    PoolFolder folder, GitRunner git, RecyclingRequest request, Action<RecyclingRequest> recycle)
{
    private static readonly RawText Modules = "modules"u8;

    private SubmoduleList? _list = request.Record is null ? null : SubmoduleList.Read(request.Record);
    private readonly HashSet<RawText> _filled = [];
    private readonly HashSet<RawText> _untouched = [];
    private HashSet<RawText> _quiet = [];
    private IReadOnlyList<WantedSubmodule> _wanted = [];

    /// <summary>As <see cref="CheckoutRecycling.Adopt"/>.</summary>
    public Func<CheckoutPlace, string, WantedSubmodule, Action<KnownSubmodule>, KnownSubmodule?>? Adopt { get; init; }

    /// <summary>The submodules that stay; known after <see cref="Run"/>.</summary>
    public IReadOnlyList<KnownSubmodule> Kept { get; private set; } = [];

    /// <summary>Paths of the submodules that are filled, touched or not.</summary>
    public IReadOnlySet<RawText> Filled => _filled;

    /// <summary>Paths of the submodules in which nothing has changed but ignored files.</summary>
    public IReadOnlySet<RawText> Untouched => _untouched;

    /// <summary>
    /// Finds out in which submodules nothing has changed. If it is all of them, this starts no process. Those that were
    /// being filled or emptied when the pool's process was killed hold nobody's work, and are emptied.
    /// </summary>
    public void Look(RawFolder root, RawFolder gitDirectory, CancellationToken cancellationToken)
    {
        foreach (var one in _list?.All ?? [])
        {
            if (one.State == SubmoduleState.Planned)
            {
                RawTree.Empty(root, one.RawPath);
                RawTree.Remove(gitDirectory, one.GitDirectory);
                continue;
            }

            if (one.State == SubmoduleState.Filled)
                _filled.Add(one.RawPath);
            if (IsUntouched(one, root, gitDirectory, cancellationToken))
                _untouched.Add(one.RawPath);
        }

        _quiet = [.. (_list?.All ?? [])
            .Where(one => _untouched.Contains(one.RawPath))
            .Select(one => ".git/"u8 + one.GitDirectory)];
    }

    /// <summary>Leaves out of a look what is known to be no work, and adds what a quick look does not see.</summary>
    public WorkTreeLook Complete(WorkTreeLook look, bool isQuick) => _list is null
        ? look
        : look with
        {
            Hidden = look.Hidden with
            {
                Filled =
                [
                    .. (isQuick ? [.. _filled] : look.Hidden.Filled).Where(path => !_untouched.Contains(path)),
                ],
            },
            QuietModules = _quiet,
        };

    /// <summary>
    /// Recycles the submodules, after the work tree around them: those of the new commit are brought to it, and the
    /// others are emptied. The git directory of an emptied one stays, pristine, if the new commit has the submodule.
    /// </summary>
    public void Run(RawFolder root, RawFolder gitDirectory, CancellationToken cancellationToken)
    {
        if (_list is null && (request.Record is null || gitDirectory.Find(Modules) != EntryKind.Folder))
            return;
        var known = (_list ?? SubmoduleList.None).All;
        _wanted = FindWanted(root);
        var kept = new List<KnownSubmodule>();
        foreach (var one in known.Where(one => !_wanted.Any(now => now.IsSame(one))))
            Empty(root, one.RawPath, one);
        foreach (var now in _wanted)
        {
            var one = known.FirstOrDefault(now.IsSame);
            var done = one is not null && request.KeepsSubmodules
                ? TryKeep(one, now.Commit, root, gitDirectory, cancellationToken)
                : null;
            if (done is null)
            {
                Empty(root, now.Path, one);
                done = TryKeepGitDirectory(now, one, kept, gitDirectory, cancellationToken);
            }

            if (done is not null)
                kept.Add(done);
        }

        Kept = kept;
    }

    // Its work is rescued. If this process is killed now, what is left of it must not look like new work.
    private void Empty(RawFolder root, RawText path, KnownSubmodule? one)
    {
        if (one is { State: SubmoduleState.Filled })
        {
            _list = new SubmoduleList(
                [.. _list!.All.Select(known => known == one ? one with { State = SubmoduleState.Planned } : known)],
                IsComplete: false);
            _list.Write(request.Record!);
        }

        RawTree.Empty(root, path);
    }

    /// <summary>Records what has become of them, when the git directory around them is pristine too.</summary>
    public void Finish(CancellationToken cancellationToken)
    {
        if (_list is null && Kept.Count == 0)
            return;
        if (Kept.Count == 0)
            SubmoduleList.Remove(request.Record!);
        else
            SubmoduleList.Create(request.Place, request.Record!, Kept, _wanted).Write(request.Record!);
        TreeRecord.NoteSubmodules(request.Record!, request.Path, cancellationToken);
    }

    // A name or path in a commit that git would refuse is the matter of the acquire that wants to fill it.
    private IReadOnlyList<WantedSubmodule> FindWanted(RawFolder root)
    {
        try
        {
            return TreeRecord.TryRead(request.Record!) is { } record
                ? WantedSubmodule.Find(record.Entries, root, request.Checkout, reports: null)
                : [];
        }
        catch (GitprocException)
        {
            return [];
        }
    }

    private bool IsUntouched(
        KnownSubmodule one, RawFolder root, RawFolder gitDirectory, CancellationToken cancellationToken)
    {
        var own = RequestFor(one, one.Commit);
        using var tree = RawTree.TryOpenFolder(root, one.RawPath);
        using var module = RawTree.TryOpenFolder(gitDirectory, one.GitDirectory);
        if (tree is null || module is null || BaseHealth.FindDamage(own.Base) is not null)
            return false;
        var state = RepositoryState.Read(module);
        if (!HasNothingElse(state, own))
            return false;
        if (one.State == SubmoduleState.Empty)
            return tree.Entries().Count == 0;
        if (!HasGitFile(tree, own.Place) || TreeRecord.TryRead(own.Record!) is not { } record)
            return false;
        var nested = new SubmoduleRecycling(folder, git, own, recycle);
        nested.Look(tree, module, cancellationToken);
        if (nested._list is not null && nested._list.All.Count != nested.Untouched.Count)
            return false;
        ObjectTraps.Remove(module, own.Place.Objects, Path.Combine(own.Base, "objects"));
        using var view = GitView.OfCheckout(
            folder.Unfinished(request.Checkout, "submodule"), own.Place, own.Template, own.Base, state.Commit);
        var quick = new QuickLook(view, git, own, record) { Submodules = nested.Untouched };
        if (quick.TryTake(tree, module, state, cancellationToken) is not { Untracked.Count: 0 })
            return false;
        // The look of its own recycling then finds nothing new.
        quick.Finish(module);
        return true;
    }

    // True if the git directory leads to no commit but those of the remote and the one that is checked out.
    private static bool HasNothingElse(RepositoryState state, RecyclingRequest own)
    {
        if (state.Commit != own.Target.Commit || state.IsUnfinished || state.UnfinishedWorktrees.Count > 0)
            return false;
        var rest = state.Tips().Where(id => id != state.Commit).ToHashSet(StringComparer.Ordinal);
        if (rest.Count > 0)
            rest.ExceptWith(TemplateRefs.Ids(own.Template));
        return rest.Count == 0;
    }

    private KnownSubmodule? TryKeep(
        KnownSubmodule one,
        string commit,
        RawFolder root,
        RawFolder gitDirectory,
        CancellationToken cancellationToken)
    {
        var own = RequestFor(one, commit);
        // Opened step by step: a job may have put links in the way.
        using (var tree = RawTree.TryOpenFolder(root, one.RawPath))
        using (var module = RawTree.TryOpenFolder(gitDirectory, one.GitDirectory))
        {
            if (one.State != SubmoduleState.Filled
                || tree is null
                || module is null
                || BaseHealth.FindDamage(own.Base) is not null
                || (commit != one.Commit && !new BaseRefs(git, own.Base).Has(commit, cancellationToken)))
                return null;
        }

        try
        {
            recycle(own);
            return one with { Commit = commit };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException
            or GitprocException { Reason: ErrorReason.GitFailed or ErrorReason.CannotClean })
        {
            return null;
        }
    }

    private KnownSubmodule? TryKeepGitDirectory(
        WantedSubmodule now,
        KnownSubmodule? one,
        List<KnownSubmodule> kept,
        RawFolder gitDirectory,
        CancellationToken cancellationToken)
    {
        using var module = RawTree.TryOpenFolder(gitDirectory, RawText.Create($"modules/{now.Name}"));
        using var objects = module?.TryOpenFolder("objects"u8);
        // A standalone checkout would need copies of the objects, of which most jobs have no use.
        if (module is null || objects is null || request.Place.IsStandalone)
            return null;
        var isThere = one is not null
            && RequestFor(one, now.Commit) is var known
            && BaseHealth.FindDamage(known.Base) is null
            && ((one.Commit == now.Commit && one.State != SubmoduleState.Planned)
                || new BaseRefs(git, known.Base).Has(now.Commit, cancellationToken));
        if (!isThere)
        {
            ObjectTraps.Remove(
                module, Path.Combine(request.Place.GitDirectory, "modules", now.Name, "objects"), trusted: "");
        }

        var done = isThere
            ? one! with { Commit = now.Commit, State = SubmoduleState.Empty }
            : Adopt?.Invoke(request.Place, request.Url, now, List);
        if (done is null)
            return null;
        var own = RequestFor(done, done.Commit);
        new LfsStore(own.Base).Take(own.Place.GitDirectory);
        module.Remove("index"u8);
        new PristineGitDirectory(own.Template, own.Url, own.Target) { WorkTree = WorkTreeOf(own.Place) }.Write(
            own.Place.GitDirectory, cancellationToken);
        SubmoduleList.Remove(own.Record!);
        return done;

        void List(KnownSubmodule added) =>
            new SubmoduleList([.. (_list ?? SubmoduleList.None).All, .. kept, added], IsComplete: false)
                .Write(request.Record!);
    }

    /// <summary>Writes the <c>.git</c> file of a submodule, unless it is right already.</summary>
    public static void WriteGitFile(RawFolder tree, CheckoutPlace place)
    {
        if (!HasGitFile(tree, place))
            RawTree.Write(tree, ".git"u8, GitFileOf(place));
    }

    private static bool HasGitFile(RawFolder tree, CheckoutPlace place) =>
        RawTree.Read(tree, ".git"u8) == GitFileOf(place);

    private static RawText GitFileOf(CheckoutPlace place) =>
        RawText.FromText(GitFile.To(Paths.Relative(place.Path, place.GitDirectory)));

    /// <summary>Where the work tree of a submodule is, from its git directory; null for what is no submodule.</summary>
    public static string? WorkTreeOf(CheckoutPlace place) =>
        place.IsSubmodule ? Paths.Relative(place.GitDirectory, place.Path) : null;

    // What was work in it is rescued already.
    private RecyclingRequest RequestFor(KnownSubmodule one, string commit)
    {
        var basePath = folder.Base(one.Base);
        return request with
        {
            Place = one.In(request.Place),
            Base = basePath,
            Template = TemplateRepository.Of(basePath),
            Url = one.Address,
            Target = new Target(null, commit, HasUpstream: false) { Files = request.Target.Files.OfSubmodule },
            Record = one.Record(request.Record!),
            Discard = true,
            Rescues = null,
            Rescued = null,
            KeepsUndone = false,
        };
    }
}
