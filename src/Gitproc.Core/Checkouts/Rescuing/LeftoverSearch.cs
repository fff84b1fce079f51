using System.Globalization;
using System.Text;
using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>Finds the work that exists only in a checkout.</summary>
/// <param name="reports">Receives warnings about work that is lost already; null to report nothing.</param>
internal sealed class LeftoverSearch(
    GitView view, GitRunner git, IProgress<PoolReport>? reports, RecyclingRequest request)
{
    /// <summary>Searches. If there is no work, this starts no process.</summary>
    /// <returns>The work; null if there is none.</returns>
    public Leftovers? Find(
        RawFolder root,
        RawFolder gitDirectory,
        RepositoryState state,
        WorkTreeLook look,
        HiddenEntries hidden,
        CancellationToken cancellationToken)
    {
        var tree = new CheckoutTree(root, gitDirectory);
        var (untracked, folders, found) = ListUntracked(root, look, cancellationToken);
        IReadOnlyList<RawText> nested =
        [
            .. new NestedRepositories(request.Place, git, view.NestedFolder).FindWork(
                tree,
                folders,
                hidden,
                [
                    .. look
                        .Changes.Where(change => change is { IsSubmodule: true, IsAdded: true })
                        .Select(change => change.Path),
                ],
                look.QuietModules,
                cancellationToken),
            .. found.Bare,
        ];
        var worktrees = new RegisteredWorktrees(request.Place, git, view.NestedFolder);
        foreach (var path in request.Place.IsWorktree ? [] : worktrees.FindOutside(gitDirectory))
            reports?.Report(
                new PoolReport(
                    ReportKind.Warning,
                    $"{path} was a worktree of {request.Checkout}, and is not one any longer. Its files stay; the rescue has what was committed or staged there"
                ));
        IReadOnlyList<string> stagedElsewhere = request.Place.IsWorktree
            ? []
            : worktrees.FindStaged(gitDirectory, cancellationToken);
        // Files that were never checked out have not been deleted.
        var changes =
            look.Skipped.Count == 0
                ? look.Changes
                :
                [
                    .. look.Changes.Except(
                        look.Changes.Where(change => look.Skipped.Contains(change.Path) && !IsThere(root, change.Path))
                    ),
                ];
        var (files, deleted, modules) = Split(root, changes);
        var (commits, others, newCommits) = FindCommits(gitDirectory, state, cancellationToken);
        if (changes.Count + untracked.Count + nested.Count + newCommits + others.Count + stagedElsewhere.Count == 0
            && !state.IsUnfinished
            && state.UnfinishedWorktrees.Count == 0)
            return null;

        files.AddRange(untracked);
        var staged = changes.SelectMany(change => change.StagedIds).Concat(stagedElsewhere).Distinct().ToList();
        return new Leftovers
        {
            Files = files,
            Deleted = deleted,
            Trees = nested,
            EmptyFolders = [.. found.Empty, .. modules, .. EmptyParents(root, deleted)],
            FolderModes = [.. found.Modes],
            Changes = changes.Count + untracked.Count + nested.Count,
            Staged = [.. Ask(staged, cancellationToken).Where(found => found.Type == "blob").Select(found => found.Id)],
            Commits = commits,
            Tags = [.. others.Where(other => other.Type == "tag").Select(other => other.Id)],
            Objects =
            [
                .. others
                    .Where(other => other.Type is "tree" or "blob")
                    .Select(other => (other.Id, other.Type == "tree")),
            ],
            NewCommits = newCommits,
            Size =
                files.Sum(path => RawTree.At(root, path, Measure))
                + nested.Sum(path => tree.At(path, MeasureTree))
                + (newCommits == 0 ? 0 : OwnObjects.Measure(view, git, request, commits, cancellationToken)),
        };
    }

    private (List<RawText> Files, List<RawText> Repositories, UntrackedFolders Folders) ListUntracked(
        RawFolder root, WorkTreeLook look, CancellationToken cancellationToken)
    {
        // If the index has a file where a folder is, the look does not list the folder as untracked, but the files in
        // it are.
        var folders = UntrackedFolders.Find(root, look.Untracked.Where(path => path.EndsWith('/')));
        var paths =
            look.Untracked.Count + look.Changes.Count == 0
                ? []
                : look.ListUntracked(view, git, request.Checkout, folders.AreTooDeep, cancellationToken);
        var files = paths.Where(path => !path.EndsWith('/')).ToList();
        folders.KeepOnly(files);
        files.RemoveAll(path => folders.Bare.Any(bare => path.StartsWith(bare + "/"u8)));
        return (files, [.. paths.Where(path => path.EndsWith('/')).Select(path => path.TrimEnd('/'))], folders);
    }

    // A submodule may be gone or replaced. A folder in its place is checked as a repository.
    private static (List<RawText> Files, List<RawText> Deleted, List<RawText> Submodules) Split(
        RawFolder root, IEnumerable<StatusEntry> changes)
    {
        var (files, deleted, submodules) = (new List<RawText>(), new List<RawText>(), new List<RawText>());
        foreach (var change in changes)
        {
            var kind = RawTree.At<EntryKind?>(root, change.Path, (folder, name) => folder.Find(name));
            (
                kind is EntryKind.File or EntryKind.Link ? files
                : change.IsSubmodule && kind == EntryKind.Folder ? submodules
                : deleted).Add(change.Path);
        }

        return (files, deleted, submodules);
    }

    // git removes a folder with its last file; a job may have left the folder.
    private static IEnumerable<RawText> EmptyParents(RawFolder root, IEnumerable<RawText> deleted) => deleted
        .Select(path => path.ParentPath()).Where(path => path.Length > 0).Distinct()
        .Where(path => RawTree.At(root, path, (parent, name) =>
        {
            using var folder = parent.TryOpenFolder(name);
            return folder?.Entries().Count == 0;
        }));

    private static bool IsThere(RawFolder root, RawText path) =>
        RawTree.At<EntryKind?>(root, path, (folder, name) => folder.Find(name)) is EntryKind.File or EntryKind.Link;

    private (IReadOnlyList<string> Commits, IReadOnlyList<(string Id, string Type)> Others, int NewCommits) FindCommits(
        RawFolder gitDirectory, RepositoryState state, CancellationToken cancellationToken)
    {
        var all = state.Tips().ToList();
        all = [.. all.Union(StateFiles.FindIds(gitDirectory, state))];

        // Refs of other worktrees stay when this one is cleaned.
        var known = request.Place.IsWorktree ? request.Base : request.Template;
        // Usually nothing is left after this, and the remote's many ids need not become a set.
        var unknown = all.ToHashSet(StringComparer.Ordinal);
        var onRemote = RemoteIds(gitDirectory, state);
        unknown.ExceptWith(onRemote);
        if (unknown.Count > 0)
            unknown.ExceptWith(TemplateRefs.Ids(known));
        var fetched = unknown.Count == 0 ? [] : ListFetched(cancellationToken);
        unknown.ExceptWith(fetched);
        var found = Ask([.. all.Where(unknown.Contains)], cancellationToken);
        foreach (var (id, _) in found.Where(tip => tip.Type == "missing" && state.Tips().Contains(tip.Id)))
            reports?.Report(
                new PoolReport(
                    ReportKind.Warning,
                    $"{request.Checkout} has a ref to {id}, which does not exist: it cannot be rescued"));
        var others = FollowTags(found.Where(tip => tip.Type is "tag" or "tree" or "blob"), cancellationToken);
        var commits = found.Concat(others).Where(tip => tip.Type == "commit").Select(tip => tip.Id).ToList();
        return (
            [
                .. new[] { state.Commit }
                    .OfType<string>()
                    .Where(id => !unknown.Contains(id) || commits.Contains(id))
                    .Union(commits),
            ],
            [.. others.Where(other => other.Type != "commit")],
            Count(
                commits,
                onRemote
                    .Concat(fetched)
                    .Concat(request.Place.IsWorktree && commits.Count > 0 ? TemplateRefs.Ids(known) : []),
                cancellationToken));
    }

    // A worktree shares its remote refs with the base repository.
    private List<string> RemoteIds(RawFolder gitDirectory, RepositoryState state)
    {
        if (request.Place.IsWorktree)
            return [.. state.RemoteIds("origin/"u8)];
        var config = RawTree.Read(gitDirectory, "config"u8) ?? default;
        List<string> ids = [];
        if (RemoteConfig.IsAsGiven(config, "origin", request.Url))
            ids.AddRange(state.RemoteIds("origin/"u8));
        if (request.Record is { } record
            && ForkRecord.Read(record) is { } fork
            && RemoteConfig.IsAsGiven(config, ForkRecord.Remote, fork))
            ids.AddRange(state.RemoteIds(RawText.FromText(ForkRecord.Remote + "/")));
        return ids;
    }

    // Ids that the remote has under names other than branches and tags.
    private string[] ListFetched(CancellationToken cancellationToken) =>
        git.Run(
                BaseCall.Of(request.Base, "for-each-ref", "--format=%(objectname)", BaseRefs.FetchedFolder) with
                {
                    Subject = request.Checkout,
                },
                cancellationToken)
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    // A tag may point to another tag.
    private List<(string Id, string Type)> FollowTags(
        IEnumerable<(string Id, string Type)> objects, CancellationToken cancellationToken)
    {
        var all = objects.ToList();
        for (var next = all; next.Any(found => found.Type == "tag");)
        {
            next =
            [
                .. next.Where(found => found.Type == "tag")
                    .Select(tag => Target(tag.Id))
                    .SelectMany(id => Ask([id], cancellationToken))
                    .Except(all),
            ];
            all.AddRange(next);
        }

        return all;

        // git-mktag(1): the first line is "object ID".
        string Target(string tag) =>
            git.Run(view.Call(request.Checkout, "cat-file", "tag", tag), cancellationToken).Output.Split('\n')[0][
                "object ".Length..
            ];
    }

    private int Count(List<string> commits, IEnumerable<string> ofRemote, CancellationToken cancellationToken)
    {
        if (commits.Count == 0)
            return 0;
        var input = Encoding.ASCII.GetBytes(
            string.Concat(commits.Concat(ofRemote.Distinct().Select(id => "^" + id)).Select(line => line + "\n")));
        var result = git.Run(
            // Not --all, which includes HEAD.
            view.Call(
                request.Checkout,
                "rev-list",
                "--count",
                "--ignore-missing",
                "--stdin",
                "--not",
                "--remotes",
                "--tags") with
            {
                Input = stream => stream.Write(input),
                MayFail = true,
            },
            cancellationToken);
        // In a shallow history (git fetch --depth) the count may fail. Then only the tips count.
        return result.ExitCode == 0 ? int.Parse(result.Output, CultureInfo.InvariantCulture) : commits.Count;
    }

    private IReadOnlyList<(string Id, string Type)> Ask(
        IReadOnlyList<string> names, CancellationToken cancellationToken
    ) => ObjectTypes.Ask(view, git, request.Checkout, names, cancellationToken);

    private static long Measure(RawFolder folder, RawText name)
    {
        using var file = folder.TryOpenFile(name);
        return file?.Length ?? 0;
    }

    private static long MeasureTree(RawFolder folder, RawText name)
    {
        using var tree = folder.TryOpenFolder(name);
        if (tree is null)
            return Measure(folder, name);
        var size = 0L;
        RawTree.Walk(tree, default, entry =>
        {
            size += entry.Kind == EntryKind.File ? Measure(entry.Parent, entry.Name) : 0;
            return true;
        });
        return size;
    }
}
