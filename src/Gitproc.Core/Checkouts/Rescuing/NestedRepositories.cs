using System.Globalization;
using System.Text;
using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Links;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>Tells if repositories in a checkout hold work, without obeying anything in them.</summary>
internal sealed class NestedRepositories(CheckoutPlace place, GitRunner git, string viewFolder)
{
    private static readonly RawText Modules = ".git/modules"u8;
    private static readonly RawText Worktrees = ".git/worktrees/"u8;
    private static readonly RawText Tags = "refs/tags/"u8;

    /// <summary>Finds the folders to keep as a whole.</summary>
    /// <param name="nested">Paths of repositories that are in no index.</param>
    /// <param name="added">
    /// Paths of submodules that only the index has. Checking out a commit would not bring them back.
    /// </param>
    /// <param name="quiet">Paths of git directories of submodules that certainly hold no work.</param>
    /// <returns>Paths of folders, and of <c>.git</c> files.</returns>
    public IReadOnlyList<RawText> FindWork(
        CheckoutTree root,
        IEnumerable<RawText> nested,
        HiddenEntries hidden,
        IReadOnlyList<RawText> added,
        IReadOnlySet<RawText> quiet,
        CancellationToken cancellationToken)
    {
        var kept = nested
            .Concat(hidden.Filled)
            .Where(path => added.Contains(path) || !IsDone(root, path, cancellationToken))
            .Concat(hidden.GitEntries)
            .ToList();
        // The git directory of a submodule stays when its folder is emptied, or when a branch without the submodule is
        // checked out. Its commits may still be work.
        var isKept = kept.Any(path => FindGitDirectory(root, path)?.StartsWith(Modules) == true);
        using var modules = root.GitDirectory.TryOpenFolder("modules"u8);
        if (modules is not null
            && (
                isKept
                || GitDirectories(modules)
                    .Select(path => Modules + "/"u8 + path)
                    .Any(path => !quiet.Contains(path) && !HasOnlyKnown(root, path, cancellationToken))))
            kept.Add(Modules);
        return kept;
    }

    // True if the remote certainly has everything that a repository holds.
    private bool IsDone(CheckoutTree root, RawText path, CancellationToken cancellationToken)
    {
        if (FindGitDirectory(root, path) is not { } gitDirectory)
            return false;
        if (gitDirectory.StartsWith(Worktrees))
            return IsCleanWorktree(root, path, gitDirectory, cancellationToken);
        if (!HasOnlyKnown(root, gitDirectory, cancellationToken))
            return false;
        var state = ReadState(root, gitDirectory);
        return state?.Commit is { } commit
            && FindCleanSubmodules(root, path, gitDirectory, commit, cancellationToken) is { } inner
            && inner
                .Select(name => path + "/"u8 + name)
                .All(submodule => IsEmpty(root, submodule) || IsDone(root, submodule, cancellationToken));
    }

    // A worktree of the checkout itself. Its commits are found as the checkout's; with commits of its own it is kept as
    // well.
    private bool IsCleanWorktree(
        CheckoutTree root, RawText path, RawText gitDirectory, CancellationToken cancellationToken)
    {
        using var own = root.At(gitDirectory, (folder, name) => folder.TryOpenFolder(name));
        if (own is null
            || RepositoryState.Read(own, root.GitDirectory) is not { IsUnfinished: false, Commit: { } commit } state
            || !state.RemoteIds().Contains(commit))
            return false;
        return Look(root, path, gitDirectory, ".git/objects"u8, commit, cancellationToken)
                is { HasMarks: false, Changes: [], Submodules: [] } look
            && look.Untracked.All(untracked => untracked.Chars == GitlinkFile.FileName);
    }

    // The submodules of a repository with a clean work tree; null if it is not clean.
    private IReadOnlyList<RawText>? FindCleanSubmodules(
        CheckoutTree root, RawText path, RawText gitDirectory, string commit, CancellationToken cancellationToken) =>
        Look(root, path, gitDirectory, gitDirectory + "/objects"u8, commit, cancellationToken) is { IsClean: true } look
            ? look.Submodules
            : null;

    // Null if git cannot look.
    private WorkTreeLook? Look(
        CheckoutTree root,
        RawText path,
        RawText gitDirectory,
        RawText objects,
        string commit,
        CancellationToken cancellationToken)
    {
        if (!CanBeNamed(path) || !CanBeNamed(gitDirectory))
            return null;
        MakeAccessible(root, path);
        using var view = GitView.OfNested(
            viewFolder, FullPath(gitDirectory), FullPath(objects), FullPath(path), commit);
        try
        {
            return WorkTreeLook.Take(
                view, git, path.ToText(), HiddenEntries.None, withIgnored: false, cancellationToken);
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed)
        {
            return null;
        }
    }

    // Walking makes the folders accessible. git would skip folders that it cannot read.
    private static void MakeAccessible(CheckoutTree root, RawText path) => root.At(path, (folder, name) =>
    {
        using var nested = folder.TryOpenFolder(name);
        if (nested is not null)
            RawTree.Walk(nested, default, entry => entry.Name != ".git"u8);
        return true;
    });

    private static bool IsEmpty(CheckoutTree root, RawText path) => root.At(path, (folder, name) =>
    {
        using var submodule = folder.TryOpenFolder(name);
        return submodule?.Entries().Count == 0;
    });

    private bool HasOnlyKnown(CheckoutTree root, RawText gitDirectory, CancellationToken cancellationToken)
    {
        if (ReadState(root, gitDirectory) is not { } state)
            return false;
        var known = state.RemoteIds().ToHashSet(StringComparer.Ordinal);
        var unknown = state.Tips().Where(id => !known.Contains(id)).ToList();
        return !state.IsUnfinished
            && state.UnfinishedWorktrees.Count == 0
            && (
                unknown.Count == 0
                || IsOfRemote(
                    root,
                    gitDirectory,
                    unknown,
                    known,
                    [
                        .. state
                            .LocalRefs()
                            .Where(local => local.Key.StartsWith(Tags))
                            .Select(local => local.Value.ToText()),
                    ],
                    cancellationToken));
    }

    // A submodule usually does not have the newest commit checked out. Only the time of a tag object tells who made it:
    // a tag that came with the clone is older than the clone.
    private bool IsOfRemote(
        CheckoutTree root,
        RawText gitDirectory,
        List<string> unknown,
        HashSet<string> known,
        HashSet<string> tags,
        CancellationToken cancellationToken)
    {
        if (!CanBeNamed(gitDirectory))
            return false;
        using var view = GitView.OfNested(
            viewFolder, FullPath(gitDirectory), FullPath(gitDirectory + "/objects"u8), place.Path, unknown[0]);
        foreach (var (id, type) in ObjectTypes.Ask(view, git, gitDirectory.ToText(), unknown, cancellationToken))
        {
            if (type != "commit" && (type != "tag" || !tags.Contains(id)))
                return false;
            if (type == "tag"
                && !IsOlder(
                    git.Run(view.Call(gitDirectory.ToText(), "cat-file", "tag", id), cancellationToken).Output,
                    ClonedAt(root, gitDirectory)))
                return false;
        }

        var input = Encoding.ASCII.GetBytes(
            string.Concat(unknown.Concat(known.Select(id => "^" + id)).Select(line => line + "\n")));
        var result = git.Run(
            view.Call(gitDirectory.ToText(), "rev-list", "--max-count=1", "--ignore-missing", "--stdin") with
            {
                Input = stream => stream.Write(input),
                MayFail = true,
            },
            cancellationToken);
        return result.ExitCode == 0 && result.Output.Length == 0;
    }

    // git-mktag(1): "tagger NAME <EMAIL> SECONDS ZONE".
    private static bool IsOlder(string tag, long? than) =>
        tag.Split('\n').FirstOrDefault(line => line.StartsWith("tagger ", StringComparison.Ordinal)) is { } tagger
        && ReadTime(tagger) < than;

    // The first line in the log of HEAD: "OLD NEW NAME <EMAIL> SECONDS ZONE", a tab and the action.
    private static long? ClonedAt(CheckoutTree root, RawText gitDirectory) =>
        root.At(gitDirectory + "/logs/HEAD"u8, RawTree.Read)?.ToText().Split('\n')[0].Split('\t')
            is [var line, var what]
        && what.StartsWith("clone: ", StringComparison.Ordinal)
            ? ReadTime(line)
            : null;

    private static long? ReadTime(string line) =>
        line.TrimEnd().Split(' ') is [.., var seconds, _]
        && long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            ? time
            : null;

    private static RepositoryState? ReadState(CheckoutTree root, RawText gitDirectory) =>
        root.At(
            gitDirectory,
            (folder, name) =>
            {
                using var directory = folder.TryOpenFolder(name);
                return directory is null ? null : RepositoryState.Read(directory);
            });

    // gitrepository-layout(5): ".git" is the git directory, or a file that names it. A git directory outside the
    // checkout is ignored.
    private RawText? FindGitDirectory(CheckoutTree root, RawText path)
    {
        var inside = path + "/.git"u8;
        var kind = root.At<EntryKind?>(inside, (folder, name) => folder.Find(name));
        if (kind == EntryKind.Folder)
            return inside;
        if (kind != EntryKind.File
            || root.At(inside, RawTree.Read) is not { } text
            || GitFile.Read(text) is not { } target)
            return null;
        var full = Path.GetFullPath(target.ToText(), FullPath(path));
        var relative = RawText.Create($".git/{Paths.Relative(place.GitDirectory, full)}");
        return
            relative.StartsWith(Modules + "/"u8)
            || relative.StartsWith(Worktrees)
            ? relative
            : null;
    }

    // A path that cannot be passed to a process cannot be checked with git.
    private static bool CanBeNamed(RawText path) => RawText.FromText(path.ToText()) == path;

    private string FullPath(RawText path) => CheckoutTree.FullPath(place, path);

    /// <summary>Finds the git directories of submodules, nested ones too.</summary>
    /// <param name="gitDirectory">That of the checkout.</param>
    /// <returns>Absolute paths.</returns>
    public static IReadOnlyList<string> GitDirectories(string gitDirectory)
    {
        using var folder = Paths.IsFolder(gitDirectory) ? RawFolder.TryOpen(gitDirectory) : null;
        using var modules = folder?.TryOpenFolder("modules"u8);
        return modules is null
            ? []
            : [.. GitDirectories(modules).Select(path => Path.Combine(gitDirectory, "modules", path.ToText()))];
    }

    private static List<RawText> GitDirectories(RawFolder modules)
    {
        var found = new List<RawText>();
        RawTree.Walk(
            modules,
            default,
            entry =>
            {
                if (entry is { Name.Chars: "HEAD", Kind: EntryKind.File }
                    && entry.Parent.Find("objects"u8) is not null
                    && entry.Path.Contains('/'))
                    found.Add(entry.Path.ParentPath());
                // Skip the folders of a git directory. But a submodule may have the name of one, so check for HEAD.
                return entry.Name.Chars is not ("objects" or "refs" or "logs" or "hooks")
                    || entry.Parent.Find("HEAD"u8) is null;
            });
        return found;
    }
}
