using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// Restores the refs of a rescue into a worktree. Worktrees share branches, tags and stashes, so missing refs are added
/// and existing ones stay as they are.
/// </summary>
internal sealed class WorktreeRefs(
    string repository, Func<RawText?, CancellationToken, IReadOnlyList<string>, GitResult> run, CheckoutPlace place)
{
    private static readonly RawText Stash = "refs/stash"u8;

    // gitrepository-layout(5), refs: the refs that each worktree has for itself.
    private static readonly RawText[] Own = ["refs/bisect/"u8, "refs/worktree/"u8, "refs/rewritten/"u8];

    /// <summary>Restores the refs and HEAD.</summary>
    /// <returns>The id of the commit that is checked out; null for none.</returns>
    public string? Restore(RawFolder state, Dictionary<RawText, RawText> notes, CancellationToken cancellationToken)
    {
        using var shared = RawFolder.Open(repository);
        var there = RefFiles.Read(shared);
        var (updates, _, _) = RefLines.Read(notes.GetValueOrDefault(RescueTree.Refs));
        var head = RefFiles.Parse(notes.GetValueOrDefault(RescueTree.GitDirectory + "HEAD"u8)) ?? default;
        var branch = RefFiles.NameIn(head);
        var added = updates
            .Where(update =>
                update.Key != branch && update.Key != Stash && !there.ContainsKey(update.Key) || IsOwn(update.Key))
            .ToList();
        var existing = run(
                RawText.FromText(string.Concat(added.Select(update => update.Value + "\n"))),
                cancellationToken,
                ["cat-file", "--batch-check=%(objectname) %(objecttype)"])
            .Output.Split('\n')
            .Where(line => !line.EndsWith("missing", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[0])
            .ToHashSet(StringComparer.Ordinal);
        run(RefLines.Update(added, existing), cancellationToken, ["update-ref", "-z", "--stdin"]);
        if (head.Length == 0)
            return RefFiles.Resolve(there, RawTree.Read(state, "HEAD"u8)?.TrimEnd());
        AddStashes(notes.GetValueOrDefault(RescueTree.GitDirectory + RefLines.StashLog), cancellationToken);
        return CheckOut(state, head, branch, branch is { } name ? updates.GetValueOrDefault(name) : null, there);
    }

    // HEAD is detached if the branch is checked out in another worktree by now, or has moved.
    private string? CheckOut(
        RawFolder state, RawText head, RawText? branch, string? commit, Dictionary<RawText, RawText> there)
    {
        if (RefFiles.IdIn(head) is { } id)
        {
            commit = id;
        }
        else if (branch is { } name
            && (
                (commit is null && (!there.ContainsKey(name) || name.StartsWith("refs/heads/"u8)))
                || IsOwn(name)
                || (
                    commit is not null
                    && there.TryGetValue(name, out var now)
                    && RefFiles.IdIn(now) == commit
                    && !IsCheckedOut(name))))
        {
            RawTree.Write(state, "HEAD"u8, head + "\n"u8);
            return commit ?? RefFiles.Resolve(there, head);
        }

        if (commit is not null)
            RawTree.Write(state, "HEAD"u8, RawText.Create($"{commit}\n"));
        return commit;
    }

    // The HEAD of a bare repository does not count: nothing is checked out there.
    private bool IsCheckedOut(RawText branch) =>
        Worktrees
            .Of(repository)
            .Where(id => id != Path.GetFileName(place.GitDirectory))
            .Select(id => Path.Combine(Worktrees.PrivateFolder(repository, id), "HEAD"))
            .Concat(Path.GetFileName(repository) == ".git" ? [Path.Combine(repository, "HEAD")] : [])
            .Any(file =>
                RefFiles.Parse(RawText.FromBytes(PlainFile.TryRead(file))) is { } head
                && RefFiles.NameIn(head) == branch);

    // git-stash(1), store: lines "OLD NEW name and time TAB message", with the oldest first.
    private void AddStashes(RawText log, CancellationToken cancellationToken)
    {
        foreach (var line in log.ToText().Split('\n', StringSplitOptions.RemoveEmptyEntries))
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
                        line[(line.IndexOf('\t', StringComparison.Ordinal) + 1)..],
                        fields[1],
                    ]);
        }
    }

    private static bool IsOwn(RawText name) => Own.Any(name.StartsWith);
}

/// <summary>The refs in a rescue, see <see cref="RescueTree.Refs"/>.</summary>
/// <param name="Updates">Names with their ids.</param>
/// <param name="Symbolic">Names of symbolic refs, with their contents.</param>
/// <param name="Gone">Names of refs to delete.</param>
internal sealed record RefLines(
    Dictionary<RawText, string> Updates, Dictionary<RawText, RawText> Symbolic, List<RawText> Gone)
{
    /// <summary>The file with all stashes (git-stash(1)).</summary>
    public static readonly RawText StashLog = "logs/refs/stash"u8;

    /// <summary>Reads the lines.</summary>
    public static RefLines Read(RawText text)
    {
        var lines = new RefLines([], [], []);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split(' ');
            if (fields[0] == "-"u8)
                lines.Gone.Add(fields[1]);
            else if (fields.Length == 3)
                lines.Symbolic[fields[2]] = fields[0] + " "u8 + fields[1];
            else
                lines.Updates[fields[1]] = fields[0].ToText();
        }

        return lines;
    }

    /// <summary>The input with which <c>git update-ref -z --stdin</c> sets refs.</summary>
    /// <param name="existing">The ids that the repository has; other refs are left out.</param>
    public static RawText Update(IEnumerable<KeyValuePair<RawText, string>> refs, HashSet<string> existing) =>
        RawText.Concat(
            refs.Where(entry => existing.Contains(entry.Value))
                .Select(entry => RawText.Create($"update {entry.Key}\0{entry.Value}\0")),
            end: '\0');
}
