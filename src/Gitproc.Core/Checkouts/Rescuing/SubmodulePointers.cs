using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// Connects restored submodules and added worktrees with their git directories, in both directions. Submodules use
/// relative paths (gitsubmodules(7), core.worktree in git-config(1)), which differ between a worktree and a clone.
/// Worktrees use absolute paths.
/// </summary>
internal sealed class SubmodulePointers(
    Func<string?, CancellationToken, IReadOnlyList<string>, string> run, CheckoutPlace place)
{
    private const string Name = "/.git";
    private const string Modules = "/modules/";
    private const string Worktrees = "/worktrees/";

    /// <summary>Corrects pointers that lead elsewhere.</summary>
    /// <param name="paths">Raw paths of restored files.</param>
    public void Mend(CheckoutTree tree, IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        foreach (var path in paths.Where(path => path.EndsWith(Name, StringComparison.Ordinal)))
        {
            if (RawTree.Read(tree.Root, path) is not { } file || GitFile.Read(file) is not { } target)
                continue;
            if (FindWorktree(tree, target) is { } worktree)
                Lead(tree, path, RawText.ToText(target), worktree);
            else if (FindModule(tree, target) is { } module)
                Mend(
                    tree,
                    path,
                    RawText.ToText(target),
                    Path.Combine(place.GitDirectory, RawText.ToText(module)),
                    cancellationToken);
        }
    }

    private void Mend(CheckoutTree tree, string path, string target, string module, CancellationToken cancellationToken)
    {
        var folder = CheckoutTree.FullPath(place, path[..^Name.Length]);
        if (Path.GetFullPath(target, folder) == module)
            return;
        RawTree.Write(tree.Root, path, RawText.OfText(GitFile.To(Paths.Relative(folder, module))));
        // With --file git writes only this file, and obeys nothing in it.
        run(
            null,
            cancellationToken,
            ["config", "--file", Path.Combine(module, "config"), "core.worktree", Paths.Relative(module, folder)]);
    }

    // A worktree that the job had added in the checkout (git-worktree(1)). Both paths are absolute; in a light-weight
    // checkout one is relative.
    private void Lead(CheckoutTree tree, string path, string target, string worktree)
    {
        if (Path.GetFullPath(target, CheckoutTree.FullPath(place, path[..^Name.Length]))
            == Path.Combine(place.GitDirectory, RawText.ToText(worktree)))
            return;
        RawTree.Write(
            tree.Root, path, RawText.OfText(GitFile.To(Path.Combine(place.GitDirectory, RawText.ToText(worktree)))));
        RawTree.Write(
            tree.GitDirectory, worktree + "/gitdir", RawText.OfText(CheckoutTree.FullPath(place, path) + "\n"));
    }

    private static string? FindWorktree(CheckoutTree tree, string target) =>
        target.LastIndexOf(Worktrees, StringComparison.Ordinal) is var at and >= 0
        && RawTree.Read(tree.GitDirectory, target[(at + 1)..] + "/gitdir") is not null
            ? target[(at + 1)..]
            : null;

    // The part of the path after the git directory. Folders before it may have the same name.
    private static string? FindModule(CheckoutTree tree, string target)
    {
        for (var at = target.IndexOf(Modules, StringComparison.Ordinal);
            at >= 0;
            at = target.IndexOf(Modules, at + 1, StringComparison.Ordinal))
        {
            var module = target[(at + 1)..];
            if (RawTree.Read(tree.GitDirectory, module + "/HEAD") is not null)
                return module;
        }

        return null;
    }
}
