using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// The worktrees that a job has added to a clone (git-worktree(1)). The clone's git directory holds their HEADs,
/// indexes and unfinished operations, and recycling removes these. So what only they have is work, wherever the folders
/// are.
/// </summary>
internal sealed class RegisteredWorktrees(CheckoutPlace place, GitRunner git, string viewFolder)
{
    private const string Folder = "worktrees";

    /// <summary>Finds the contents that only the indexes of worktrees have.</summary>
    public IReadOnlyList<string> FindStaged(RawFolder gitDirectory, CancellationToken cancellationToken) =>
        [.. Names(gitDirectory).SelectMany(name => FindStaged(gitDirectory, name, cancellationToken)).Distinct()];

    /// <summary>Finds the folders outside of the checkout. They stay, but are not worktrees any longer.</summary>
    public IReadOnlyList<string> FindOutside(RawFolder gitDirectory)
    {
        var found = new List<string>();
        foreach (var name in Names(gitDirectory))
        {
            if (RawTree.Read(gitDirectory, RawText.Create($"{Folder}/{name}/gitdir")) is not { } text
                || text.TrimEnd() is not { Length: > 0 } pointer)
                continue;
            var file = Path.GetFullPath(
                pointer.ToText(), Path.Combine(place.GitDirectory, Folder, name.ToText()));
            if (!Paths.IsIn(file, place.Path)
                && PlainFile.TryReadText(file)?.Contains($"/{Folder}/{name.ToText()}", StringComparison.Ordinal)
                    == true)
                found.Add(Path.GetDirectoryName(file)!);
        }

        return found;
    }

    private static List<RawText> Names(RawFolder gitDirectory)
    {
        using var worktrees = gitDirectory.TryOpenFolder(RawText.FromText(Folder));
        return
        [
            .. (worktrees?.Entries() ?? []).Where(entry => entry.Kind == EntryKind.Folder).Select(entry => entry.Name),
        ];
    }

    private List<string> FindStaged(RawFolder gitDirectory, RawText name, CancellationToken cancellationToken)
    {
        using var own = RawTree.TryOpenFolder(gitDirectory, RawText.Create($"{Folder}/{name}"));
        if (own is null || own.Find("index"u8) != EntryKind.File || RawText.FromText(name.ToText()) != name)
            return [];
        var commit = RepositoryState.Read(own, gitDirectory).Commit;
        // Not the work tree: it may be anywhere.
        using var view = GitView.OfNested(
            viewFolder,
            Path.Combine(place.GitDirectory, Folder, name.ToText()),
            place.Objects,
            place.GitDirectory,
            commit ?? new string('0', 40));
        var result = git.Run(
            view.Call(
                name.ToText(),
                commit is null
                    ? ["ls-files", "-z", "--stage"]
                    : ["diff-index", "-z", "--cached", "--raw", "--no-abbrev", "--no-renames", commit, "--"]) with
            {
                MayFail = true,
            },
            cancellationToken);
        // "MODE ID STAGE TAB PATH", or ":MODE MODE ID ID STATUS", a zero byte and the path.
        return
        [
            .. result
                .Output.Split('\0')
                .Select(line => line.Split(' ', '\t'))
                .Select(fields =>
                    commit is null
                        ? (Mode: fields[0], Id: fields.ElementAtOrDefault(1))
                        : (
                            Mode: fields.ElementAtOrDefault(1) ?? "",
                            Id: fields.Length == 5 && fields[0].StartsWith(':') ? fields[3] : null))
                .Where(entry =>
                    entry.Mode != "160000"
                    && entry.Id is not null
                    && RefFiles.IsId(entry.Id)
                    && entry.Id.Any(c => c != '0'))
                .Select(entry => entry.Id!),
        ];
    }
}
