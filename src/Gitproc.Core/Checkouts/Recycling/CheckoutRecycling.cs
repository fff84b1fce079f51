using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;
using Gitproc.Text;

namespace Gitproc.Checkouts.Recycling;

/// <summary>
/// Makes a checkout fit for its next holder: work is rescued, and everything else that a job left is removed.
/// </summary>
/// <remarks>
/// Nothing that the job left is run or obeyed: git works through a <see cref="GitView"/>. The steps, in order:
/// <para>1. Make the objects safe to read (<see cref="ObjectTraps"/>). In a worktree, restore the shared config and
/// hooks and the <c>.git</c> file instead.</para>
/// <para>2. Take away what was copied from a folder of the user's (<see cref="CopiedFiles"/>). It is no work.</para>
/// <para>3. Look for changes. <see cref="QuickLook"/> compares with the record of the last cleaning. If the files may
/// have changed, <see cref="WorkIndex"/> and git compare them.</para>
/// <para>4. Rescue the work (<see cref="WorkRescue"/>), before anything of the job's is removed.</para>
/// <para>5. Clean the work tree (<see cref="Cleaning"/>), and write the new record and index.</para>
/// <para>6. Keep LFS contents, then make the git directory pristine. A clone's own objects go last, because its refs
/// need them until then. A standalone checkout gets the objects that it lacks before that
/// (<see cref="ObjectCopies"/>).</para>
/// A crash before the end of step 4 leaves all work in place. A crash after it leaves a rescue, which the next attempt
/// recognizes and does not write again. Old records stay true, because they are compared with the file system each
/// time. So you can stop recycling at any moment and run it again.
/// </remarks>
/// <param name="reports">Receives what the user should know; null to report nothing.</param>
internal sealed class CheckoutRecycling(PoolFolder folder, GitRunner git, IProgress<PoolReport>? reports)
{
    /// <summary>
    /// Takes the commit of a submodule that a job filled into a base repository; null to take none. It gets the
    /// checkout around, the URL of that, the submodule, and what writes the list with it.
    /// </summary>
    public Func<CheckoutPlace, string, WantedSubmodule, Action<KnownSubmodule>, KnownSubmodule?>? Adopt { get; init; }

    /// <summary>Recycles a checkout. The caller makes sure that no other process recycles it or works in it.</summary>
    /// <returns>The rescue; null if there was nothing to rescue.</returns>
    public Rescue? Run(RecyclingRequest request, CancellationToken cancellationToken)
    {
        if (request.Clean == CleanMode.None)
            return null;
        if (MountPoints.Below(request.Path) is [var mount, ..])
        {
            throw new GitprocException(
                ErrorReason.CannotClean,
                $"Something is mounted in {request.Checkout}, so it was not cleaned: {mount}. Unmount it",
                request.Checkout)
            {
                Hint = new(", and then: ", "reset", request.Checkout),
            };
        }

        try
        {
            return request.Place.IsWorktree
                ? RunInWorktree(request, cancellationToken)
                : RunInClone(request, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GitprocException(
                ErrorReason.CannotClean, $"{request.Checkout} cannot be cleaned: {e.Message}", request.Checkout, e);
        }
    }

    private Rescue? RunInClone(RecyclingRequest request, CancellationToken cancellationToken)
    {
        using var root = RawFolder.Open(request.Path);
        using var gitDirectory =
            (request.Place.IsSubmodule ? RawFolder.TryOpen(request.Place.GitDirectory) : root.TryOpenFolder(".git"u8))
            ?? throw new DirectoryNotFoundException($"{request.Checkout} has no .git folder.");
        request = RemoveGate(request, root, gitDirectory);
        var state = RepositoryState.Read(gitDirectory);
        RawTree.MakeFolder(gitDirectory, "objects"u8);
        ObjectTraps.Remove(gitDirectory, request.Place.Objects, Path.Combine(request.Base, "objects"));
        var copies = request.Place.IsStandalone
            ? ObjectCopies.Read(request.Base, request.Place.Objects, request.Record!, cancellationToken)
            : null;
        request = request with { Copies = copies?.Paths ?? request.Copies };
        if (request.Place.IsSubmodule)
            SubmoduleRecycling.WriteGitFile(root, request.Place);
        var submodules = Submodules(request, cancellationToken);
        var rescue = Run(request, root, gitDirectory, state, submodules, cancellationToken);
        submodules.Run(root, gitDirectory, cancellationToken);
        var store = new LfsStore(request.Base);
        // git-lfs puts what it downloads during cleaning into the template repository, which is the view's.
        store.Take(request.Template);
        store.Take(request.Place.GitDirectory);
        new PristineGitDirectory(request.Template, request.Url, request.Target)
        {
            Copies = copies,
            Submodules = submodules.Kept,
            WorkTree = SubmoduleRecycling.WorkTreeOf(request.Place),
        }.Write(request.Place.GitDirectory, cancellationToken);
        copies?.Save(request.Record!);
        ForkRecord.Write(request.Record!, request.Target.Fork);
        submodules.Finish(cancellationToken);
        return rescue;
    }

    private RecyclingRequest RemoveGate(RecyclingRequest request, RawFolder root, RawFolder gitDirectory)
    {
        if (request.Clean == CleanMode.Full || request.CarriesHooksPath
            || InstalledGate.Find(root, gitDirectory, request.Template) is not { } gate)
        {
            return request;
        }

        reports?.Report(new PoolReport(
            ReportKind.Warning,
            $"ignored files in {request.Checkout} are removed too, because its job installed commit hooks "
                + $"({PrintableText.Of(gate)}), which the next holder does not get and would not miss. To keep such "
                + "files, and take the setting from your own clone: "
                + "git config --global --add gitproc.carryConfig core.hooksPath"));
        return request with { Clean = CleanMode.Full };
    }

    // Shared files stay, except the config and hooks with which one job could make the git of the next one run
    // something.
    private Rescue? RunInWorktree(RecyclingRequest request, CancellationToken cancellationToken)
    {
        SharedConfig.PutBack(request.Base);
        Directory.CreateDirectory(request.Place.GitDirectory);
        using var gitDirectory = RawFolder.Open(request.Place.GitDirectory);
        using var shared = RawFolder.Open(request.Base);
        var pristine = new PristineWorktree(request.Place);
        // The files are then compared with the new target.
        if (request.Place.ReadHead() is null)
            pristine.WriteHead(request.Target);
        var state = RepositoryState.Read(gitDirectory, shared);
        if (!Paths.IsFolder(request.Path))
            BringBack(request, gitDirectory, state, cancellationToken);
        using var root = RawFolder.Open(request.Path);
        pristine.WriteGitFile(root);
        var submodules = Submodules(request, cancellationToken);
        var rescue = Run(request, root, gitDirectory, state, submodules, cancellationToken);
        submodules.Run(root, gitDirectory, cancellationToken);
        new LfsStore(request.Base).Take(request.Template);
        new PristineWorktree(request.Place) { Submodules = submodules.Kept }.Write(request.Target);
        submodules.Finish(cancellationToken);
        return rescue;
    }

    private SubmoduleRecycling Submodules(RecyclingRequest request, CancellationToken cancellationToken) =>
        new(folder, git, request, submodule => RunInClone(submodule, cancellationToken)) { Adopt = Adopt };

    // The folder is gone, but not what was staged and committed there. Files that only the index has are not work. The
    // folder appears when it is complete: if this ended early, missing files would look deleted.
    private void BringBack(
        RecyclingRequest request, RawFolder gitDirectory, RepositoryState state, CancellationToken cancellationToken)
    {
        reports?.Report(
            new PoolReport(ReportKind.Warning, $"the folder of {request.Checkout} is gone; creating it again"));
        var back = Directory.CreateDirectory(folder.Unfinished(request.Checkout, "back")).FullName;
        try
        {
            using var view = GitView.OfCheckout(
                folder.Unfinished(request.Checkout),
                request.Place.At(back),
                request.Template,
                request.Base,
                state.Commit);
            if (gitDirectory.Find("index"u8) == EntryKind.File)
            {
                // A git whose gitproc was killed may still write to the other index.
                File.Copy(view.Index, view.OwnIndex);
                view.UseOwnIndex();
                git.Run(
                    view.Call(request.Checkout, "checkout-index", "--all", "--force", "--index", "--quiet") with
                    {
                        MayFail = true,
                    },
                    cancellationToken);
            }

            FileMove.Folder(back, request.Path);
        }
        finally
        {
            FolderRemoval.TryRemove(back);
        }
    }

    private Rescue? Run(
        RecyclingRequest request,
        RawFolder root,
        RawFolder gitDirectory,
        RepositoryState state,
        SubmoduleRecycling submodules,
        CancellationToken cancellationToken)
    {
        // A killed git left the lock; nothing works here now.
        gitDirectory.Remove("index.lock"u8);
        CopiedFiles.Remove(request.Record!, root, () => Tracked(gitDirectory));
        submodules.Look(root, gitDirectory, cancellationToken);
        using var view = GitView.OfCheckout(
            folder.Unfinished(request.Checkout), request.Place, request.Template, request.Base, state.Commit);
        var record = TreeRecord.TryRead(request.Record!);
        var quick = record is null
            ? null
            : new QuickLook(view, git, request, record) { Submodules = submodules.Untouched };
        var look = quick?.TryTake(root, gitDirectory, state, cancellationToken);
        var isQuick = look is not null;
        var (tracked, index) = (record?.Entries ?? [], (string?)TreeRecord.IndexOf(request.Record!));
        if (look is null)
        {
            var work = WorkIndex.Take(view, git, request, gitDirectory, state.Commit, record, cancellationToken);
            (tracked, index, look) = (
                work.Entries, work.Original, work.Look(view, git, request, root, cancellationToken));
        }

        look = submodules.Complete(look, isQuick);

        Rescue? rescue = null;
        if (!request.Discard)
            rescue = new WorkRescue(git, reports).Run(
                request, root, gitDirectory, view, state, look, index, cancellationToken);
        if (isQuick && look.IsClean && state.Commit == request.Target.Commit && record!.Files == request.Target.Files)
        {
            quick!.Finish(gitDirectory);
            return rescue;
        }

        if (isQuick)
            quick!.UseRecord();
        var hasNothingElse = new Cleaning(view, git, request) { Submodules = submodules.Filled }.Run(
            root, look.Hidden, tracked, record, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        Finish(request, gitDirectory, view, hasNothingElse, cancellationToken);
        return rescue;
    }

    private static IEnumerable<RawText> Tracked(RawFolder gitDirectory) =>
        IndexFile.TryRead(gitDirectory, "index"u8) is { } bytes && IndexFile.Parse(bytes) is { } index
            ? index.Entries.Select(entry => entry.Path)
            : [];

    private static void Finish(
        RecyclingRequest request,
        RawFolder gitDirectory,
        GitView view,
        bool hasNothingElse,
        CancellationToken cancellationToken)
    {
        TreeRecord.Write(
            request.Record!, request.Path, request.Target, view.OwnIndex, hasNothingElse, cancellationToken);
        if (request.Target.Commit is null || gitDirectory.Find("index"u8) != EntryKind.File)
            gitDirectory.Remove("index"u8);
        if (request.Target.Commit is not null)
            FileMove.Replace(view.OwnIndex, Path.Combine(request.Place.GitDirectory, "index"));
    }
}
