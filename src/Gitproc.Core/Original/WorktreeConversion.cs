using System.Text;
using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Leases;
using Gitproc.Registry;

namespace Gitproc.Original;

/// <summary>
/// Makes a worktree of a shared repository a repository of its own, with HEAD, index, branches, stashes and unfinished operations, so
/// that it can be handed over as any checkout. The files of its work tree are not touched.
/// </summary>
internal sealed class WorktreeConversion(PoolFolder folder, GitRunner git)
{
    // What makes a git directory one of a worktree (gitrepository-layout(5)).
    private static readonly string[] OfWorktree = ["commondir", "gitdir", "locked"];

    /// <summary>Converts one. It can be ended at any moment and done again.</summary>
    /// <param name="lease">Its lease; null when it is free.</param>
    public void Run(SharedRepository shared, string checkout, CheckoutRecord record, Lease? lease)
    {
        var worktree = shared.Worktrees[checkout];
        var made = folder.Unfinished(checkout);
        var gitDirectory = Path.Combine(made, ".git");
        Directory.CreateDirectory(made);
        // Its objects are linked, not copied, where the file system can do that (git-clone(1), --local).
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
        // A folder cannot take the place of a file in one step.
        var path = Path.Combine(folder.Checkout(checkout), ".git");
        new SubmoduleLinks(git).Set(worktree, gitDirectory, path);
        var aside = SharedRepository.PointerAside(folder, checkout);
        if (File.Exists(path))
            File.Move(path, aside, overwrite: true);
        Directory.Move(gitDirectory, path);
        File.Delete(aside);
        FolderRemoval.TryRemove(made);
    }

    // Branches and stashes are shared by worktrees. Each has the branch it is on; what no worktree is on has the first one, so
    // that it is rescued once.
    private void WriteRefs(SharedRepository shared, string checkout, string gitDirectory)
    {
        var own = BranchOf(shared.Worktrees[checkout]);
        var others = shared.Worktrees.Values.Select(BranchOf).ToHashSet(StringComparer.Ordinal);
        var refs = Git(shared.Path, "for-each-ref", "--format=%(objectname) %(refname)%(if)%(symref)%(then) is another%(end)").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .Where(parts => parts.Length == 2 && (parts[1] == own || (IsFirst(shared, checkout) && !others.Contains(parts[1]))))
            .Select(parts => $"{parts[0]} {parts[1]}\n");
        FolderRemoval.Remove(Path.Combine(gitDirectory, "refs"));
        Directory.CreateDirectory(Path.Combine(gitDirectory, "refs", "heads"));
        Directory.CreateDirectory(Path.Combine(gitDirectory, "refs", "tags"));
        File.WriteAllText(Path.Combine(gitDirectory, "packed-refs"), string.Concat(refs), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }

    private void WriteConfig(SharedRepository shared, string gitDirectory, string url)
    {
        File.Copy(Path.Combine(shared.Path, "config"), Path.Combine(gitDirectory, "config"), overwrite: true);
        foreach (var (key, value) in (ReadOnlySpan<(string, string)>)[("core.bare", "false"), ("remote.origin.url", url), ("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")])
            Git(gitDirectory, "config", "--file", Path.Combine(gitDirectory, "config"), "--replace-all", key, value);
    }

    private static bool IsFirst(SharedRepository shared, string checkout) =>
        CheckoutName.Read(checkout) == shared.Worktrees.Keys.Min(CheckoutName.Read);

    // The full name; of a detached HEAD an id, which is no ref's name.
    private static string BranchOf(string worktree) => File.ReadAllText(Path.Combine(worktree, "HEAD")).Trim().Replace("ref: ", "", StringComparison.Ordinal);

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
/// The links between submodules and their git directories (gitrepository-layout(5), <c>modules</c>), which are relative paths, when
/// the git directory of a worktree comes to another place.
/// </summary>
internal sealed class SubmoduleLinks(GitRunner git)
{
    /// <summary>Sets the links of all submodules of a worktree. It can be ended at any moment and done again.</summary>
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
        Run(config, "core.worktree", Paths.Relative(gitDirectory, workTree));
        File.WriteAllText(Path.Combine(workTree, ".git"), GitFile.To(Paths.Relative(workTree, gitDirectory)));
    }

    private string? WorkTree(string config) => Run(config, "--get", "core.worktree") is { ExitCode: 0 } result ? result.Output.TrimEnd('\n') : null;

    private GitResult Run(string config, params string[] arguments) => git.Run(
        new GitCall(["config", "--file", config, .. arguments]) { WorkingDirectory = Path.GetPathRoot(config)!, MayFail = true },
        CancellationToken.None);
}
