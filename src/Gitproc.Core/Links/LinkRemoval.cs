using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Recycling;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Links;

/// <summary>Removes links. Work that is not in a commit of the base repository is rescued first.</summary>
/// <param name="reports">Receives a warning for each rescue; may be null.</param>
internal sealed class LinkRemoval(GitRunner git, IProgress<PoolReport>? reports)
{
    private const string ViewName = "gitproc-view";

    /// <summary>The maximum size of rescued files, in bytes.</summary>
    public required long MaxRescueSize { get; init; }

    /// <returns>The rescue; null if there was nothing to rescue.</returns>
    public Rescue? Remove(LinkState link, bool isDiscarded, bool force, CancellationToken cancellationToken)
    {
        Check(link, force);
        SharedConfig.PutBack(link.Place.CommonDirectory);
        var rescue =
            link.IsThere ? RemoveFolder(link, isDiscarded, cancellationToken)
            : isDiscarded ? null
            : RescueMissing(link, cancellationToken);
        // Remove the record last, so that an interrupted removal can be repeated.
        var store = new LinkStore(link.Place);
        IgnoreRules.Remove(link.Place, link.Path, isLast: store.List().Count == 1);
        store.Remove(link.Id);
        return rescue;
    }

    /// <summary>Throws if the folder must not be removed. Changes nothing.</summary>
    public static void Check(LinkState link, bool force)
    {
        if (!link.IsThere)
            return;
        if (!force && CheckoutProcesses.Of(link.Path) is [_, ..] running)
        {
            throw new GitprocException(
                ErrorReason.InUse,
                $"{link.Name} is not removed, because processes run in it: {CheckoutProcesses.Names(running)}.",
                link.Path)
            {
                Hint = new(" To remove it anyway: ", "link remove", link.Name) { Options = [new("Force")] },
            };
        }

        MustHoldNoOther(link);
    }

    private Rescue? RemoveFolder(LinkState link, bool isDiscarded, CancellationToken cancellationToken)
    {
        var rescue = isDiscarded ? null : RescueWork(link, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        FolderRemoval.Remove(link.Path);
        return rescue;
    }

    // The folder is gone, but the index may have staged work. Its files are written to a temporary folder and rescued.
    private Rescue? RescueMissing(LinkState link, CancellationToken cancellationToken)
    {
        var elsewhere = Path.Combine(link.GitDirectory, "gitproc-restored");
        FolderRemoval.Remove(elsewhere);
        try
        {
            // The default name depends on the path, so the name is fixed before the path changes.
            var restored = link with
            {
                Path = elsewhere,
                Record = link.Record with { Name = link.Name },
            };
            LinkFolder.Write(restored);
            git.Run(
                new GitCall("checkout-index", "--all", "--force", "--quiet")
                {
                    WorkingDirectory = elsewhere,
                    Subject = link.Name,
                    MayFail = true,
                },
                cancellationToken);
            return RescueWork(restored, cancellationToken);
        }
        finally
        {
            FolderRemoval.TryRemove(elsewhere);
        }
    }

    private Rescue? RescueWork(LinkState link, CancellationToken cancellationToken)
    {
        var common = link.Place.CommonDirectory;
        var place = CheckoutPlace.FromWorktree(link.Id, link.Path, common);
        var request = new RecyclingRequest
        {
            Place = place,
            Base = common,
            Template = common,
            Key = link.Place.Top,
            Url = link.Place.Top,
            Target = new Target(null, link.ReadHead()?.Commit, HasUpstream: false),
            ReleasedAt = DateTimeOffset.UtcNow,
            Unleased = Guid.NewGuid().ToString("N"),
            MaxRescueSize = MaxRescueSize,
        };
        using var root = RawFolder.Open(link.Path);
        using var gitDirectory = RawFolder.Open(link.GitDirectory);
        using var shared = RawFolder.Open(common);
        var state = RepositoryState.Read(gitDirectory, shared);
        using var view = GitView.OfCheckout(
            Path.Combine(link.GitDirectory, ViewName), place, common, common, state.Commit);
        var rescue = new WorkRescue(git, reports).Run(request, root, gitDirectory, view, state, cancellationToken);
        if (rescue is not null)
            reports?.Report(
                new PoolReport(ReportKind.Warning, $"work that was left in {link.Name} is rescued")
                {
                    Hint = new(
                        "; to get it back: ",
                        "link restore",
                        new RescueIds(RescueIds.InRefs(common)).Shorten(rescue.Id)),
                });
        return rescue;
    }

    // Other links in the folder are ignored by git, so they would be removed without a rescue.
    private static void MustHoldNoOther(LinkState link)
    {
        using var root = RawFolder.Open(link.Path);
        RawTree.Walk(
            root,
            default,
            entry =>
            {
                if (entry.Name.Chars == GitlinkFile.FileName && entry.Path.Contains('/'))
                {
                    var inner = entry.Path.ParentPath().ToText();
                    throw new GitprocException(
                        ErrorReason.InUse,
                        $"{link.Name} is not removed, because another light-weight checkout is in it: {inner}.",
                        link.Path)
                    {
                        Hint = new(" Remove that first: ", "link remove", Path.Combine(link.Path, inner)),
                    };
                }

                return entry.Name != ".git"u8;
            });
    }
}
