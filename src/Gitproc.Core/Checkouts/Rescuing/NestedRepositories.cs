using System.Text;
using Gitproc.Checkouts.HandingOver;
using Gitproc.Files;
using Gitproc.Git;
using Gitproc.Links;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>Finds out whether repositories in a checkout hold work, without obeying anything in them.</summary>
/// <param name="place">Where the checkout is.</param>
/// <param name="git">Runs git.</param>
/// <param name="viewFolder">Where a view can be made; nothing is there.</param>
internal sealed class NestedRepositories(CheckoutPlace place, GitRunner git, string viewFolder)
{
    private const string Modules = ".git/modules";
    private const string Worktrees = ".git/worktrees/";
    private const string Pointer = "gitdir: ";

    /// <summary>Finds the folders that must be kept whole.</summary>
    /// <param name="root">The checkout.</param>
    /// <param name="nested">Raw paths of repositories that are in no index.</param>
    /// <param name="hidden">Submodules with something in them, and what makes tracked folders repositories.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <returns>Raw paths of folders, and of files that stand for git directories.</returns>
    public IReadOnlyList<string> FindWork(CheckoutTree root, IEnumerable<string> nested, HiddenEntries hidden, CancellationToken cancellationToken)
    {
        var kept = nested.Concat(hidden.Filled).Where(path => !IsDone(root, path, cancellationToken)).Concat(hidden.GitEntries).ToList();
        // Commits of a submodule are in a git directory that stays when its folder is emptied.
        var isKept = hidden.Filled.Any(kept.Contains);
        using var modules = root.GitDirectory.TryOpenFolder("modules");
        if (modules is not null && (isKept || GitDirectories(modules).Any(path => !HasOnlyKnown(root, $"{Modules}/{path}", cancellationToken))))
            kept.Add(Modules);
        return kept;
    }

    // Whether all that a repository holds is its remote's, for certain.
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
            && inner.Select(name => $"{path}/{name}").All(submodule => IsEmpty(root, submodule) || IsDone(root, submodule, cancellationToken));
    }

    // One of the checkout itself. Its commits are found among the checkout's; with some of its own it is kept as well.
    private bool IsCleanWorktree(CheckoutTree root, string path, string gitDirectory, CancellationToken cancellationToken)
    {
        using var own = root.At(gitDirectory, (folder, name) => folder.TryOpenFolder(name));
        if (own is null || RepositoryState.Read(own, root.GitDirectory) is not { IsUnfinished: false, Commit: { } commit } state || !state.RemoteIds().Contains(commit))
            return false;
        return Look(root, path, gitDirectory, ".git/objects", commit, cancellationToken) is { HasMarks: false, Changes: [], Submodules: [] } look
            && look.Untracked.All(untracked => untracked == GitlinkFile.FileName);
    }

    // The submodules of a repository whose work tree is clean; null when it is not.
    private IReadOnlyList<string>? FindCleanSubmodules(CheckoutTree root, string path, string gitDirectory, string commit, CancellationToken cancellationToken) =>
        Look(root, path, gitDirectory, gitDirectory + "/objects", commit, cancellationToken) is { IsClean: true } look ? look.Submodules : null;

    // Null when git cannot look.
    private WorkTreeLook? Look(CheckoutTree root, string path, string gitDirectory, string objects, string commit, CancellationToken cancellationToken)
    {
        if (!CanBeNamed(path) || !CanBeNamed(gitDirectory))
            return null;
        MakeAccessible(root, path);
        using var view = GitView.OfNested(viewFolder, FullPath(gitDirectory), FullPath(objects), FullPath(path), commit);
        try
        {
            return WorkTreeLook.Take(view, git, path, HiddenEntries.None, withIgnored: false, cancellationToken);
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed)
        {
            return null;
        }
    }

    // Walking over the folders does so: git would leave out those that it cannot look into.
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
        // The tags that a clone got are packed; one that is made later is not.
        root.At(gitDirectory, (folder, name) =>
        {
            using var directory = folder.TryOpenFolder(name)!;
            known.UnionWith(RefFiles.Packed(directory).Where(line => !line.Name.StartsWith("refs/heads/", StringComparison.Ordinal)).Select(line => line.Id));
            return true;
        });
        var unknown = state.Tips().Where(id => !known.Contains(id)).ToList();
        return !state.IsUnfinished && (unknown.Count == 0 || (HasOnlyCommits(state, known) && IsReached(gitDirectory, unknown, known, cancellationToken)));
    }

    // A tag may be an object of its own at a commit that is known.
    private static bool HasOnlyCommits(RepositoryState state, HashSet<string> known) =>
        state.LocalRefs().All(local => local.Key.StartsWith("refs/heads/", StringComparison.Ordinal) || known.Contains(local.Value));

    // A submodule has most often not the newest commit checked out.
    private bool IsReached(string gitDirectory, List<string> commits, HashSet<string> known, CancellationToken cancellationToken)
    {
        if (!CanBeNamed(gitDirectory))
            return false;
        using var view = GitView.OfNested(viewFolder, FullPath(gitDirectory), FullPath(gitDirectory + "/objects"), place.Path, commits[0]);
        var input = Encoding.ASCII.GetBytes(string.Concat(commits.Concat(known.Select(id => "^" + id)).Select(line => line + "\n")));
        var result = git.Run(
            view.Call(gitDirectory, "rev-list", "--max-count=1", "--ignore-missing", "--stdin") with { Input = stream => stream.Write(input), MayFail = true },
            cancellationToken);
        return result.ExitCode == 0 && result.Output.Length == 0;
    }

    private static RepositoryState? ReadState(CheckoutTree root, string gitDirectory) => root.At(gitDirectory, (folder, name) =>
    {
        using var directory = folder.TryOpenFolder(name);
        return directory is null ? null : RepositoryState.Read(directory);
    });

    // gitrepository-layout(5): ".git" is the git directory, or a file that names it. Only one in the checkout is looked at.
    private string? FindGitDirectory(CheckoutTree root, string path)
    {
        var inside = path + "/.git";
        var kind = root.At<EntryKind?>(inside, (folder, name) => folder.Find(name));
        if (kind == EntryKind.Folder)
            return inside;
        if (kind != EntryKind.File || root.At(inside, RawTree.Read) is not { } text || !text.StartsWith(Pointer, StringComparison.Ordinal))
            return null;
        var full = Path.GetFullPath(RawText.ToText(RawText.TrimEnd(text)[Pointer.Length..]), FullPath(path));
        var relative = ".git/" + RawText.OfText(Path.GetRelativePath(place.GitDirectory, full).Replace(Path.DirectorySeparatorChar, '/'));
        return relative.StartsWith(Modules + "/", StringComparison.Ordinal) || relative.StartsWith(Worktrees, StringComparison.Ordinal) ? relative : null;
    }

    // What cannot be named to a process cannot be asked about.
    private static bool CanBeNamed(string path) => RawText.OfText(RawText.ToText(path)) == path;

    private string FullPath(string path) => CheckoutTree.FullPath(place, path);

    private static List<string> GitDirectories(RawFolder modules)
    {
        var found = new List<string>();
        RawTree.Walk(modules, "", entry =>
        {
            if (entry is { Name: "HEAD", Kind: EntryKind.File } && entry.Parent.Find("objects") is not null && entry.Path.Contains('/', StringComparison.Ordinal))
                found.Add(entry.Path[..entry.Path.LastIndexOf('/')]);
            return entry.Name is not ("objects" or "refs" or "logs" or "hooks");
        });
        return found;
    }
}
