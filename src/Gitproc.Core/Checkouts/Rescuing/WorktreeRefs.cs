using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// Restores the refs of a rescue into a worktree. Worktrees share branches, tags and stashes, so missing refs are added
/// and existing ones stay as they are.
/// </summary>
internal sealed class WorktreeRefs(
    string repository, Func<string?, CancellationToken, IReadOnlyList<string>, string> run, CheckoutPlace place)
{
    private const string Branches = "refs/heads/";
    private const string Stash = "refs/stash";

    // gitrepository-layout(5), refs: the refs that each worktree has for itself.
    private static readonly string[] Own = ["refs/bisect/", "refs/worktree/", "refs/rewritten/"];

    /// <summary>Restores the refs and HEAD.</summary>
    /// <returns>The id of the commit that is checked out; null for none.</returns>
    public string? Restore(RawFolder state, Dictionary<string, string> notes, CancellationToken cancellationToken)
    {
        using var shared = RawFolder.Open(repository);
        var there = RefFiles.Read(shared);
        var (updates, _, _) = RefLines.Read(notes.GetValueOrDefault(RescueTree.Refs, ""));
        var head = RefFiles.Parse(notes.GetValueOrDefault(RescueTree.GitDirectory + "HEAD", "")) ?? "";
        var branch = RefFiles.NameIn(head);
        var added = updates
            .Where(update =>
                update.Key != branch && update.Key != Stash && !there.ContainsKey(update.Key) || IsOwn(update.Key))
            .ToList();
        var existing = run(
                string.Concat(added.Select(update => update.Value + "\n")),
                cancellationToken,
                ["cat-file", "--batch-check=%(objectname) %(objecttype)"])
            .Split('\n')
            .Where(line => !line.EndsWith("missing", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[0])
            .ToHashSet(StringComparer.Ordinal);
        run(
            string.Concat(
                added
                    .Where(update => existing.Contains(update.Value))
                    .Select(update => $"update {update.Key}\0{update.Value}\0\0")),
            cancellationToken,
            ["update-ref", "-z", "--stdin"]);
        if (head.Length == 0)
            return RefFiles.Resolve(there, RawText.TrimEnd(RawTree.Read(state, "HEAD") ?? ""));
        AddStashes(notes.GetValueOrDefault(RescueTree.GitDirectory + RefLines.StashLog, ""), cancellationToken);
        return CheckOut(state, head, branch, branch is null ? null : updates.GetValueOrDefault(branch), there);
    }

    // HEAD is detached if the branch is checked out in another worktree by now, or has moved.
    private string? CheckOut(
        RawFolder state, string head, string? branch, string? commit, Dictionary<string, string> there)
    {
        var isLink =
            commit is null
            && branch?.StartsWith(Branches, StringComparison.Ordinal) == true
            && there.ContainsKey(branch);
        if (RefFiles.IsId(head))
        {
            commit = head;
        }
        else if (branch is not null
            && (
                isLink
                || (commit is null && !there.ContainsKey(branch))
                || IsOwn(branch)
                || (commit is not null && there.GetValueOrDefault(branch) == commit && !IsCheckedOut(branch))))
        {
            RawTree.Write(state, "HEAD", head + "\n");
            return commit ?? RefFiles.Resolve(there, head);
        }

        if (commit is not null)
            RawTree.Write(state, "HEAD", commit + "\n");
        return commit;
    }

    // The HEAD of a bare repository does not count: nothing is checked out there.
    private bool IsCheckedOut(string branch) =>
        Worktrees
            .Of(repository)
            .Where(id => id != Path.GetFileName(place.GitDirectory))
            .Select(id => Path.Combine(Worktrees.PrivateFolder(repository, id), "HEAD"))
            .Concat(Path.GetFileName(repository) == ".git" ? [Path.Combine(repository, "HEAD")] : [])
            .Any(file =>
                RefFiles.Parse(RawText.Of(PlainFile.TryRead(file))) is { } head && RefFiles.NameIn(head) == branch);

    // git-stash(1), store: lines "OLD NEW name and time TAB message", with the oldest first.
    private void AddStashes(string log, CancellationToken cancellationToken)
    {
        foreach (var line in log.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split(' ', 3);
            if (fields.Length == 3 && RefFiles.IsId(fields[1]))
                run(
                    null,
                    cancellationToken,
                    [
                        "stash",
                        "store",
                        "--quiet",
                        "--message",
                        RawText.ToText(line[(line.IndexOf('\t', StringComparison.Ordinal) + 1)..]),
                        fields[1],
                    ]);
        }
    }

    private static bool IsOwn(string name) => Own.Any(folder => name.StartsWith(folder, StringComparison.Ordinal));
}

/// <summary>The refs in a rescue, see <see cref="RescueTree.Refs"/>.</summary>
/// <param name="Updates">Raw names with their ids.</param>
/// <param name="Symbolic">Raw names of symbolic refs, with their contents.</param>
/// <param name="Gone">Raw names of refs to delete.</param>
internal sealed record RefLines(
    Dictionary<string, string> Updates, Dictionary<string, string> Symbolic, List<string> Gone)
{
    /// <summary>The file with all stashes (git-stash(1)).</summary>
    public const string StashLog = "logs/refs/stash";

    /// <summary>Reads the lines.</summary>
    public static RefLines Read(string text)
    {
        var lines = new RefLines([], [], []);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split(' ');
            if (fields[0] == "-")
                lines.Gone.Add(fields[1]);
            else if (fields.Length == 3)
                lines.Symbolic[fields[2]] = $"{fields[0]} {fields[1]}";
            else
                lines.Updates[fields[1]] = fields[0];
        }

        return lines;
    }
}
