using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Links;

/// <summary>
/// Finds the repository of a submodule, so that a link can take the place of the submodule (gitsubmodules(7),
/// gitmodules(5)).
/// </summary>
/// <param name="pool">The folder of the pool. Jobs write to repositories there.</param>
internal sealed class SubmoduleBase(GitRunner git, string pool)
{
    /// <summary>A submodule without a work tree.</summary>
    /// <param name="Commit">The commit of the submodule in the superproject's index; null if it has none yet.</param>
    public sealed record Found(RepositoryPlace Place, string? Commit);

    /// <summary>Finds the submodule at a path, and clones it if it is not cloned yet.</summary>
    /// <param name="path">The absolute, real path.</param>
    /// <returns>The submodule; null if there is none at the path.</returns>
    public Found? Find(string path, CancellationToken cancellationToken)
    {
        if (Path.GetDirectoryName(path) is not { } parent
            || LocalRepository.Around(parent) is not var (around, top)
            || top == around.GitDirectory)
            return null;
        var relative = Paths.Relative(top, path);
        if (!File.Exists(Path.Combine(top, ".gitmodules")) || NameOf(top, relative, cancellationToken) is not { } name)
            return null;
        var folder = Path.Combine(around.CommonDirectory, "modules", name);
        var place =
            LocalRepository.At(folder)
            ?? LocalRepository.At(Path.Combine(around.GitDirectory, "modules", name))
            ?? Clone(top, relative, name, folder, cancellationToken);
        return new Found(place, CommitOf(around, top, relative, cancellationToken));
    }

    /// <summary>What to check out: the commit in the superproject's index, unless the user names a ref.</summary>
    public static LinkSource Source(Found submodule, WantedRef wanted, string path)
    {
        var source = wanted is { Name: null, NewBranch: null } && submodule.Commit is { } commit
            ? LinkSource.Detached(submodule.Place, commit)
            : LinkSource.OfNew(submodule.Place, wanted, path);
        return source with { IsSubmodule = true };
    }

    /// <summary>True if a link takes the place of a submodule of the repository that contains it.</summary>
    public static bool IsOne(LinkState link) =>
        Path.GetDirectoryName(link.Path) is { } parent
        && LocalRepository.Around(parent) is var (around, _)
        && new[] { around.CommonDirectory, around.GitDirectory }.Any(folder =>
            Paths.IsIn(link.Place.CommonDirectory, Path.Combine(folder, "modules")));

    private string? NameOf(string top, string path, CancellationToken cancellationToken)
    {
        const string section = "submodule.";
        const string key = ".path";
        var paths = Run(
            top, cancellationToken, "config", "--file", ".gitmodules", "-z", "--get-regexp", @"^submodule\..*\.path$");
        return paths
            .Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(entry => entry.Split('\n', 2))
            .Where(entry => entry.Length == 2 && entry[1].TrimEnd('/') == path)
            .Select(entry => entry[0][section.Length..^key.Length])
            // The name becomes part of a path, so it must not lead elsewhere (submodule-config.c,
            // check_submodule_name).
            .FirstOrDefault(name => name.Length > 0 && !name.Split('/', '\\').Contains(".."));
    }

    // Null if the submodule is only in .gitmodules.
    private string? CommitOf(RepositoryPlace around, string top, string path, CancellationToken cancellationToken) =>
        new GitReader(
            git,
            arguments => new GitCall(arguments) { WorkingDirectory = top, Subject = top },
            cancellationToken).Ask(around.Outside(pool), reader => reader.SubmoduleCommit(path));

    // Clones without a work tree, because the link is the work tree. Otherwise git has the branch checked out twice.
    private RepositoryPlace Clone(
        string top, string path, string name, string folder, CancellationToken cancellationToken)
    {
        Run(top, cancellationToken, "submodule", "--quiet", "init", "--", path);
        var url = Run(top, cancellationToken, "config", "--get", $"submodule.{name}.url").TrimEnd('\n');
        if (url.Length == 0)
            throw new GitprocException(
                ErrorReason.BaseNotFound, $"The submodule {path} has no URL in .gitmodules.", path);
        var unfinished = $"{folder}.gitproc-{Environment.ProcessId}";
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        using var step = ProgressStep.Begin(git.Reports, $"cloning the submodule {path}");
        try
        {
            git.Run(
                new GitCall("clone", "--no-checkout", "--progress", "--end-of-options", url, unfinished)
                {
                    WorkingDirectory = top,
                    Subject = path,
                    // The URL comes from the repository and not from the user, so git must apply its stricter policy
                    // (git(1), GIT_PROTOCOL_FROM_USER).
                    Environment = [("GIT_PROTOCOL_FROM_USER", "0")],
                },
                cancellationToken);
            var gitDirectory = Path.Combine(unfinished, ".git");
            Detach(gitDirectory);
            FileMove.Folder(gitDirectory, folder);
        }
        finally
        {
            FolderRemoval.TryRemove(unfinished);
        }

        return LocalRepository.At(folder)!;
    }

    // HEAD is detached, as in the repository of a submodule that git has checked out.
    private static void Detach(string gitDirectory)
    {
        if (Head.Read(gitDirectory)?.Commit is { } commit)
            File.WriteAllText(Path.Combine(gitDirectory, "HEAD"), commit + "\n");
    }

    private string Run(string top, CancellationToken cancellationToken, params string[] arguments) =>
        git.Run(
            new GitCall(arguments)
            {
                WorkingDirectory = top,
                Subject = top,
                MayFail = arguments[0] == "config",
            },
            cancellationToken).Output;
}
