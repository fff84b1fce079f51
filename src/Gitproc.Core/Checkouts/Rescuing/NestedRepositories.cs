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
    private const string Modules = ".git/modules";
    private const string Worktrees = ".git/worktrees/";
    private const string Tags = "refs/tags/";

    /// <summary>Finds the folders to keep as a whole.</summary>
    /// <param name="nested">Raw paths of repositories that are in no index.</param>
    /// <param name="added">
    /// Raw paths of submodules that only the index has. Checking out a commit would not bring them back.
    /// </param>
    /// <returns>Raw paths of folders, and of <c>.git</c> files.</returns>
    public IReadOnlyList<string> FindWork(
        CheckoutTree root,
        IEnumerable<string> nested,
        HiddenEntries hidden,
        IReadOnlyList<string> added,
        CancellationToken cancellationToken)
    {
        var kept = nested
            .Concat(hidden.Filled)
            .Where(path => added.Contains(path) || !IsDone(root, path, cancellationToken))
            .Concat(hidden.GitEntries)
            .ToList();
        // The git directory of a submodule stays when its folder is emptied, or when a branch without the submodule is
        // checked out. Its commits may still be work.
        var isKept = kept.Any(path =>
            FindGitDirectory(root, path)?.StartsWith(Modules, StringComparison.Ordinal) == true);
        using var modules = root.GitDirectory.TryOpenFolder("modules");
        if (modules is not null
            && (
                isKept
                || GitDirectories(modules).Any(path => !HasOnlyKnown(root, $"{Modules}/{path}", cancellationToken))))
            kept.Add(Modules);
        return kept;
    }

    // True if the remote certainly has everything that a repository holds.
    private bool IsDone(CheckoutTree root, string path, CancellationToken cancellationToken)
    {
        if (FindGitDirectory(root, path) is not { } gitDirectory)
            return false;
        if (gitDirectory.StartsWith(Worktrees, StringComparison.Ordinal))
            return IsCleanWorktree(root, path, gitDirectory, cancellationToken);
        if (!HasOnlyKnown(root, gitDirectory, cancellationToken))
            return false;
        var state = ReadState(root, gitDirectory);
        return state?.Commit is { } commit
            && FindCleanSubmodules(root, path, gitDirectory, commit, cancellationToken) is { } inner
            && inner
                .Select(name => $"{path}/{name}")
                .All(submodule => IsEmpty(root, submodule) || IsDone(root, submodule, cancellationToken));
    }

    // A worktree of the checkout itself. Its commits are found as the checkout's; with commits of its own it is kept as
    // well.
    private bool IsCleanWorktree(
        CheckoutTree root, string path, string gitDirectory, CancellationToken cancellationToken)
    {
        using var own = root.At(gitDirectory, (folder, name) => folder.TryOpenFolder(name));
        if (own is null
            || RepositoryState.Read(own, root.GitDirectory) is not { IsUnfinished: false, Commit: { } commit } state
            || !state.RemoteIds().Contains(commit))
            return false;
        return Look(root, path, gitDirectory, ".git/objects", commit, cancellationToken)
                is { HasMarks: false, Changes: [], Submodules: [] } look
            && look.Untracked.All(untracked => untracked == GitlinkFile.FileName);
    }

    // The submodules of a repository with a clean work tree; null if it is not clean.
    private IReadOnlyList<string>? FindCleanSubmodules(
        CheckoutTree root, string path, string gitDirectory, string commit, CancellationToken cancellationToken) =>
        Look(root, path, gitDirectory, gitDirectory + "/objects", commit, cancellationToken) is { IsClean: true } look
            ? look.Submodules
            : null;

    // Null if git cannot look.
    private WorkTreeLook? Look(
        CheckoutTree root,
        string path,
        string gitDirectory,
        string objects,
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
            return WorkTreeLook.Take(view, git, path, HiddenEntries.None, withIgnored: false, cancellationToken);
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed)
        {
            return null;
        }
    }

    // Walking makes the folders accessible. git would skip folders that it cannot read.
    private static void MakeAccessible(CheckoutTree root, string path) => root.At(path, (folder, name) =>
    {
        using var nested = folder.TryOpenFolder(name);
        if (nested is not null)
            RawTree.Walk(nested, "", entry => entry.Name != ".git");
        return true;
    });

    private static bool IsEmpty(CheckoutTree root, string path) => root.At(path, (folder, name) =>
    {
        using var submodule = folder.TryOpenFolder(name);
        return submodule?.Entries().Count == 0;
    });

    private bool HasOnlyKnown(CheckoutTree root, string gitDirectory, CancellationToken cancellationToken)
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
                            .Where(local => local.Key.StartsWith(Tags, StringComparison.Ordinal))
                            .Select(local => local.Value),
                    ],
                    cancellationToken));
    }

    // A submodule usually does not have the newest commit checked out. Only the time of a tag object tells who made it:
    // a tag that came with the clone is older than the clone.
    private bool IsOfRemote(
        CheckoutTree root,
        string gitDirectory,
        List<string> unknown,
        HashSet<string> known,
        HashSet<string> tags,
        CancellationToken cancellationToken)
    {
        if (!CanBeNamed(gitDirectory))
            return false;
        using var view = GitView.OfNested(
            viewFolder, FullPath(gitDirectory), FullPath(gitDirectory + "/objects"), place.Path, unknown[0]);
        foreach (var (id, type) in ObjectTypes.Ask(view, git, gitDirectory, unknown, cancellationToken))
        {
            if (type != "commit" && (type != "tag" || !tags.Contains(id)))
                return false;
            if (type == "tag"
                && !IsOlder(
                    git.Run(view.Call(gitDirectory, "cat-file", "tag", id), cancellationToken).Output,
                    ClonedAt(root, gitDirectory)))
                return false;
        }

        var input = Encoding.ASCII.GetBytes(
            string.Concat(unknown.Concat(known.Select(id => "^" + id)).Select(line => line + "\n")));
        var result = git.Run(
            view.Call(gitDirectory, "rev-list", "--max-count=1", "--ignore-missing", "--stdin") with
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
    private static long? ClonedAt(CheckoutTree root, string gitDirectory) =>
        root.At(gitDirectory + "/logs/HEAD", RawTree.Read)?.Split('\n')[0].Split('\t') is [var line, var what]
        && what.StartsWith("clone: ", StringComparison.Ordinal)
            ? ReadTime(line)
            : null;

    private static long? ReadTime(string line) =>
        line.TrimEnd().Split(' ') is [.., var seconds, _]
        && long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            ? time
            : null;

    private static RepositoryState? ReadState(CheckoutTree root, string gitDirectory) =>
        root.At(
            gitDirectory,
            (folder, name) =>
            {
                using var directory = folder.TryOpenFolder(name);
                return directory is null ? null : RepositoryState.Read(directory);
            });

    // gitrepository-layout(5): ".git" is the git directory, or a file that names it. A git directory outside the
    // checkout is ignored.
    private string? FindGitDirectory(CheckoutTree root, string path)
    {
        var inside = path + "/.git";
        var kind = root.At<EntryKind?>(inside, (folder, name) => folder.Find(name));
        if (kind == EntryKind.Folder)
            return inside;
        if (kind != EntryKind.File
            || root.At(inside, RawTree.Read) is not { } text
            || GitFile.Read(text) is not { } target)
            return null;
        var full = Path.GetFullPath(RawText.ToText(target), FullPath(path));
        var relative = ".git/" + RawText.OfText(Paths.Relative(place.GitDirectory, full));
        return
            relative.StartsWith(Modules + "/", StringComparison.Ordinal)
            || relative.StartsWith(Worktrees, StringComparison.Ordinal)
            ? relative
            : null;
    }

    // A path that cannot be passed to a process cannot be checked with git.
    private static bool CanBeNamed(string path) => RawText.OfText(RawText.ToText(path)) == path;

    private string FullPath(string path) => CheckoutTree.FullPath(place, path);

    private static List<string> GitDirectories(RawFolder modules)
    {
        var found = new List<string>();
        RawTree.Walk(
            modules,
            "",
            entry =>
            {
                if (entry is { Name: "HEAD", Kind: EntryKind.File }
                    && entry.Parent.Find("objects") is not null
                    && entry.Path.Contains('/', StringComparison.Ordinal))
                    found.Add(entry.Path[..entry.Path.LastIndexOf('/')]);
                // Skip the folders of a git directory. But a submodule may have the name of one, so check for HEAD.
                return entry.Name is not ("objects" or "refs" or "logs" or "hooks")
                    || entry.Parent.Find("HEAD") is null;
            });
        return found;
    }
}
