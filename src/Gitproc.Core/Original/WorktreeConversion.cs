using System.Text;
using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Leases;
using Gitproc.Registry;

namespace Gitproc.Original;

/// <summary>
/// Turns a worktree of a shared repository into a repository of its own, with HEAD, index, branches, stashes and
/// unfinished operations, so that it is like any other checkout. The files in the work tree are not changed.
/// </summary>
internal sealed class WorktreeConversion(PoolFolder folder, GitRunner git)
{
    // Files that only the git directory of a worktree has (gitrepository-layout(5)).
    private static readonly string[] OfWorktree = ["commondir", "gitdir", "locked"];

    /// <summary>Converts a worktree. An interrupted conversion can be run again.</summary>
    /// <param name="lease">The lease of the checkout; null if it is free.</param>
    public void Run(SharedRepository shared, string checkout, CheckoutRecord record, Lease? lease)
    {
        var worktree = shared.Worktrees[checkout];
        var made = folder.Unfinished(checkout);
        var gitDirectory = Path.Combine(made, ".git");
        Directory.CreateDirectory(made);
        // git links the objects instead of copying them if the file system allows it (git-clone(1), --local).
        Git(made, "clone", "--quiet", "--bare", "--local", "--template=", shared.Path, gitDirectory);
        WriteRefs(shared, checkout, gitDirectory);
        WriteConfig(shared, gitDirectory, record.Url);
        Copy(worktree, gitDirectory, OfWorktree);
        if (IsFirst(shared, checkout))
        {
            Copy(Path.Combine(shared.Path, "logs", "refs"), Path.Combine(gitDirectory, "logs", "refs"), []);
            Copy(Path.Combine(shared.Path, "lfs"), Path.Combine(gitDirectory, "lfs"), []);
        }

        record.Write(gitDirectory);
        if (lease is not null)
            LeaseFile.Write(gitDirectory, lease, replaced: null);
        // A folder cannot replace a file in one step, so the file is moved aside first. A second run finds it there.
        var path = Path.Combine(folder.Checkout(checkout), ".git");
        new SubmoduleLinks(git).Set(worktree, gitDirectory, path);
        var aside = SharedRepository.PointerAside(folder, checkout);
        if (File.Exists(path))
            FileMove.Replace(path, aside);
        FileMove.Folder(gitDirectory, path);
        File.Delete(aside);
        FolderRemoval.TryRemove(made);
    }

    // Worktrees share branches and stashes. Each checkout gets the branch that it is on. The first checkout also gets
    // the refs that no worktree is on, so that they are rescued once.
    private void WriteRefs(SharedRepository shared, string checkout, string gitDirectory)
    {
        var own = BranchOf(shared.Worktrees[checkout]);
        var others = shared.Worktrees.Values.Select(BranchOf).ToHashSet(StringComparer.Ordinal);
        var refs = Git(
                shared.Path, "for-each-ref", "--format=%(objectname) %(refname)%(if)%(symref)%(then) is another%(end)")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .Where(parts =>
                parts.Length == 2 && (parts[1] == own || (IsFirst(shared, checkout) && !others.Contains(parts[1]))))
            .Select(parts => $"{parts[0]} {parts[1]}\n");
        FolderRemoval.Remove(Path.Combine(gitDirectory, "refs"));
        Directory.CreateDirectory(Path.Combine(gitDirectory, "refs", "heads"));
        Directory.CreateDirectory(Path.Combine(gitDirectory, "refs", "tags"));
        File.WriteAllText(
            Path.Combine(gitDirectory, "packed-refs"),
            string.Concat(refs),
            new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }

    private void WriteConfig(SharedRepository shared, string gitDirectory, string url)
    {
        File.Copy(Path.Combine(shared.Path, "config"), Path.Combine(gitDirectory, "config"), overwrite: true);
        foreach (var (key, value) in (ReadOnlySpan<(string, string)>)
                [
                    ("core.bare", "false"),
                    ("remote.origin.url", url),
                    ("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"),
                ])
            Git(gitDirectory, "config", "--file", Path.Combine(gitDirectory, "config"), "--replace-all", key, value);
    }

    private static bool IsFirst(SharedRepository shared, string checkout) =>
        CheckoutName.Read(checkout) == shared.Worktrees.Keys.Min(CheckoutName.Read);

    // The full name of the branch. For a detached HEAD, the commit id, which does not equal the name of any ref.
    private static string BranchOf(string worktree) =>
        File.ReadAllText(Path.Combine(worktree, "HEAD")).Trim().Replace("ref: ", "", StringComparison.Ordinal);

    private static void Copy(string from, string to, IReadOnlyCollection<string> without)
    {
        if (!Directory.Exists(from))
            return;
        Directory.CreateDirectory(to);
        foreach (var file in new DirectoryInfo(from).EnumerateFiles().Where(file => !without.Contains(file.Name)))
            file.CopyTo(Path.Combine(to, file.Name), overwrite: true);
        foreach (var inner in new DirectoryInfo(from).EnumerateDirectories().Where(inner => inner.LinkTarget is null))
            Copy(inner.FullName, Path.Combine(to, inner.Name), []);
    }

    private string Git(string directory, params string[] arguments) =>
        git.Run(new GitCall(arguments) { WorkingDirectory = directory }, CancellationToken.None).Output;
}

/// <summary>
/// Updates the relative paths between submodules and their git directories (gitrepository-layout(5), <c>modules</c>)
/// when the git directory of a worktree moves.
/// </summary>
internal sealed class SubmoduleLinks(GitRunner git)
{
    /// <summary>Sets the paths for all submodules of a worktree. An interrupted run can be repeated.</summary>
    /// <param name="old">The git directory that the submodules' paths are relative to now.</param>
    /// <param name="copy">The copy of that git directory, which is changed.</param>
    /// <param name="place">The path that the copy will be moved to.</param>
    public void Set(string old, string copy, string place)
    {
        var modules = Path.Combine(copy, "modules");
        if (!Directory.Exists(modules))
            return;
        foreach (var config in Directory.EnumerateFiles(modules, "config", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(copy, Path.GetDirectoryName(config)!);
            // A branch may be named "config", too, so there may be other files of this name.
            if (File.Exists(Path.Combine(copy, relative, "HEAD")) && WorkTree(config) is { } workTree)
                Link(config, Path.GetFullPath(workTree, Path.Combine(old, relative)), Path.Combine(place, relative));
        }
    }

    private void Link(string config, string workTree, string gitDirectory)
    {
        // The submodule is not in use, or belongs to another worktree.
        if (!File.Exists(Path.Combine(workTree, ".git")))
            return;
        Run(config, "core.worktree", Paths.Relative(gitDirectory, workTree));
        File.WriteAllText(Path.Combine(workTree, ".git"), GitFile.To(Paths.Relative(workTree, gitDirectory)));
    }

    private string? WorkTree(string config) =>
        Run(config, "--get", "core.worktree") is { ExitCode: 0 } result ? result.Output.TrimEnd('\n') : null;

    private GitResult Run(string config, params string[] arguments) =>
        git.Run(
            new GitCall(["config", "--file", config, .. arguments])
            {
                WorkingDirectory = Path.GetPathRoot(config)!,
                MayFail = true,
            },
            CancellationToken.None);
}
