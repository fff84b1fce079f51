using Gitproc.Git.Running;

namespace Gitproc.Original;

/// <summary>
/// The links between submodules and their git directories (gitrepository-layout(5), <c>modules</c>), which are relative paths, when
/// the git directory of a worktree comes to another place.
/// </summary>
/// <param name="git">Runs git.</param>
internal sealed class SubmoduleLinks(GitRunner git)
{
    /// <summary>Sets the links of all submodules of a worktree. It can be ended at any moment and done again.</summary>
    /// <param name="old">The git directory of the worktree, where the links lead from.</param>
    /// <param name="copy">The copy of it, of which the links are set.</param>
    /// <param name="place">Where the copy will be: <c>.git</c> in the worktree.</param>
    public void Set(string old, string copy, string place)
    {
        var modules = Path.Combine(copy, "modules");
        if (!Directory.Exists(modules))
            return;
        foreach (var config in Directory.EnumerateFiles(modules, "config", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(copy, Path.GetDirectoryName(config)!);
            // Branches and the like may be named so too.
            if (File.Exists(Path.Combine(copy, relative, "HEAD")) && WorkTree(config) is { } workTree)
                Link(config, Path.GetFullPath(workTree, Path.Combine(old, relative)), Path.Combine(place, relative));
        }
    }

    private void Link(string config, string workTree, string gitDirectory)
    {
        // It is not in use, or another worktree's.
        if (!File.Exists(Path.Combine(workTree, ".git")))
            return;
        Run(config, "core.worktree", Path.GetRelativePath(gitDirectory, workTree).Replace('\\', '/'));
        File.WriteAllText(Path.Combine(workTree, ".git"), $"gitdir: {Path.GetRelativePath(workTree, gitDirectory).Replace('\\', '/')}\n");
    }

    private string? WorkTree(string config) => Run(config, "--get", "core.worktree") is { ExitCode: 0 } result ? result.Output.TrimEnd('\n') : null;

    private GitResult Run(string config, params string[] arguments) => git.Run(
        new GitCall(["config", "--file", config, .. arguments]) { WorkingDirectory = Path.GetPathRoot(config)!, MayFail = true },
        CancellationToken.None);
}
