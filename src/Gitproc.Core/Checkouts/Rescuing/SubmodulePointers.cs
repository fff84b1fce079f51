using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// Connects restored submodules and added worktrees with their git directories, in both directions. Submodules use
/// relative paths (gitsubmodules(7), core.worktree in git-config(1)), which differ between a worktree and a clone.
/// Worktrees use absolute paths.
/// </summary>
internal sealed class SubmodulePointers(
    Func<RawText?, CancellationToken, IReadOnlyList<string>, GitResult> run, CheckoutPlace place)
{
    private static readonly RawText Name = "/.git"u8;
    private static readonly RawText Modules = "/modules/"u8;
    private static readonly RawText Worktrees = "/worktrees/"u8;

    /// <summary>Corrects pointers that lead elsewhere.</summary>
    /// <param name="paths">Paths of restored files.</param>
    public void Mend(CheckoutTree tree, IEnumerable<RawText> paths, CancellationToken cancellationToken)
    {
        foreach (var path in paths.Where(path => path.EndsWith(Name)))
        {
            if (RawTree.Read(tree.Root, path) is not { } file || GitFile.Read(file) is not { } target)
                continue;
            if (FindWorktree(tree, target) is { } worktree)
                Lead(tree, path, target.ToText(), worktree);
            else if (FindModule(tree, target) is { } module)
                Mend(
                    tree,
                    path,
                    target.ToText(),
                    Inside(module),
                    cancellationToken);
        }
    }

    private void Mend(
        CheckoutTree tree, RawText path, string target, string module, CancellationToken cancellationToken)
    {
        var folder = CheckoutTree.FullPath(place, path[..^Name.Length]);
        if (Path.GetFullPath(target, folder) == module)
            return;
        RawTree.Write(tree.Root, path, RawText.FromText(GitFile.To(Paths.Relative(folder, module))));
        // With --file git writes only this file, and obeys nothing in it.
        run(
            null,
            cancellationToken,
            ["config", "--file", Path.Combine(module, "config"), "core.worktree", Paths.Relative(module, folder)]);
    }

    // A worktree that the job had added in the checkout (git-worktree(1)). Both paths are absolute; in a light-weight
    // checkout one is relative.
    private void Lead(CheckoutTree tree, RawText path, string target, RawText worktree)
    {
        if (Path.GetFullPath(target, CheckoutTree.FullPath(place, path[..^Name.Length]))
            == Inside(worktree))
            return;
        RawTree.Write(tree.Root, path, RawText.FromText(GitFile.To(Paths.ForGit(Inside(worktree)))));
        var back = Paths.ForGit(CheckoutTree.FullPath(place, path));
        RawTree.Write(tree.GitDirectory, worktree + "/gitdir"u8, RawText.Create($"{back}\n"));
    }

    // As the system spells it, to be compared with other paths.
    private string Inside(RawText path) => Path.Combine(
        place.GitDirectory, path.ToText().Replace('/', Path.DirectorySeparatorChar));

    private static RawText? FindWorktree(CheckoutTree tree, RawText target) =>
        target.LastIndexOf(Worktrees) is var at and >= 0
        && RawTree.Read(tree.GitDirectory, target[(at + 1)..] + "/gitdir"u8) is not null
            ? target[(at + 1)..]
            : null;

    // The part of the path after the git directory. Folders before it may have the same name.
    private static RawText? FindModule(CheckoutTree tree, RawText target)
    {
        for (var at = target.IndexOf(Modules); at >= 0; at = target.IndexOf(Modules, at + 1))
        {
            var module = target[(at + 1)..];
            if (RawTree.Read(tree.GitDirectory, module + "/HEAD"u8) is not null)
                return module;
        }

        return null;
    }
}
