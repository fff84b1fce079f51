using System.Buffers.Binary;
using System.Text;
using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// Finds commits that a job had and then undid: by a reset, an amend or a rebase, by leaving a detached HEAD, or by
/// dropping a stash. Commits that it fetched from elsewhere count too. A commit is left out if a ref or the remote
/// still has it, or if a commit that stays has the same tree: a rebase without conflicts or a changed message loses
/// nothing.
/// </summary>
internal sealed class UndoneCommits(GitView view, GitRunner git, RecyclingRequest request)
{
    private static readonly RawText RemoteLogs = "refs/remotes/origin/"u8;

    // How many of the newest commits to search for the same tree.
    private const string MaxCompared = "1000";

    /// <summary>Finds them. If the job had no commits, this starts no process.</summary>
    public (IReadOnlyList<string> Tips, int Count) Find(
        RawFolder gitDirectory, RepositoryState state, CancellationToken cancellationToken)
    {
        var logs = ReadLogs(gitDirectory);
        var (fromRemote, fromElsewhere) = ReadFetched(gitDirectory);
        var candidates = logs.Where(line => !line.IsRemote)
            .Select(line => line.Id)
            .Concat(fromElsewhere)
            .ToHashSet(StringComparer.Ordinal);
        if (RawTree.Read(gitDirectory, "ORIG_HEAD"u8) is { } original
            && RefFiles.IdIn(original.TrimEnd()) is { } before)
            candidates.Add(before);
        // All worktrees share their objects.
        if (!request.Place.IsWorktree)
            candidates.UnionWith(OwnObjects.NotInBase(
                git, request, [.. LooseObjects(gitDirectory), .. Unreachable(gitDirectory)], cancellationToken));
        List<string> kept =
        [
            .. state.Tips(),
            .. state.RemoteIds("origin/"u8),
            .. logs.Where(line => line.IsRemote).Select(line => line.Id),
            .. fromRemote,
        ];
        candidates.ExceptWith(kept);
        if (candidates.Count == 0)
            return ([], 0);
        kept.AddRange(TemplateRefs.Ids(request.Place.IsWorktree ? request.Base : request.Template));
        candidates.ExceptWith(kept);
        var commits = ObjectTypes
            .Ask(view, git, request.Checkout, [.. candidates], cancellationToken)
            .Where(found => found.Type == "commit")
            .Select(found => found.Id)
            .ToList();
        if (commits.Count == 0)
            return ([], 0);

        var lines = Ask(
                ["rev-list", "--parents", "--ignore-missing", "--stdin"],
                commits.Concat(kept.Distinct().Select(id => "^" + id)),
                cancellationToken)
            .Select(line => line.Split(' '))
            .ToList();
        var parents = lines.SelectMany(line => line.Skip(1)).ToHashSet(StringComparer.Ordinal);
        List<string> tips = [.. lines.Select(line => line[0]).Where(id => !parents.Contains(id))];
        if (tips.Count == 0)
            return ([], 0);
        var trees = Ask(
                ["log", "--format=%T", "--max-count=" + MaxCompared, "--ignore-missing", "--stdin"],
                state
                    .Tips()
                    .Concat(RefFiles.Loose(gitDirectory).Select(loose => RefFiles.IdIn(loose.Value)).OfType<string>()),
                cancellationToken)
            .ToHashSet(StringComparer.Ordinal);
        var lost = Ask(["log", "--no-walk=unsorted", "--format=%H %T", "--stdin"], tips, cancellationToken)
            .Select(line => line.Split(' '))
            .Where(pair => !trees.Contains(pair[1]))
            .Select(pair => pair[0])
            .ToList();
        return (lost, lost.Count == 0 ? 0 : lines.Count);
    }

    // In a shallow history (git fetch --depth) git fails, and its output so far is incomplete.
    private string[] Ask(
        IReadOnlyList<string> arguments, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var input = Encoding.ASCII.GetBytes(string.Concat(names.Select(name => name + "\n")));
        var result = git.Run(
            view.Call(request.Checkout, arguments) with
            {
                Input = stream => stream.Write(input),
                MayFail = true,
            },
            cancellationToken);
        return result.ExitCode == 0 ? result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
    }

    // gitrepository-layout(5), logs: lines "OLD NEW NAME TIME ZONE", a tab and the action. A pushed commit may be gone
    // from the remote by now.
    private static List<(string Id, bool IsRemote)> ReadLogs(RawFolder gitDirectory)
    {
        var found = new List<(string, bool)>();
        using var logs = gitDirectory.TryOpenFolder("logs"u8);
        if (logs is null)
            return found;
        RawTree.Walk(
            logs,
            default,
            entry =>
            {
                if (entry.Kind == EntryKind.File
                    && (
                        entry.Path.Chars is "HEAD" or "refs/stash"
                        || entry.Path.StartsWith("refs/heads/"u8)
                        || entry.Path.StartsWith(RemoteLogs)))
                {
                    var isRemote = entry.Path.StartsWith(RemoteLogs);
                    foreach (var line in (RawTree.Read(logs, entry.Path) ?? default)
                            .ToText()
                            .Split('\n')
                            .Where(line => !isRemote || !line.EndsWith("\tupdate by push", StringComparison.Ordinal)))
                        found.AddRange(
                            line.Split(' ', 3)
                                .Take(2)
                                .Where(id => RefFiles.IsId(id) && id.Any(c => c != '0'))
                                .Select(id => (id, isRemote)));
                }

                return true;
            });
        return found;
    }

    // git-fetch(1): lines "ID", a tab, "not-for-merge" or nothing, a tab and "… of URL". git leaves out a slash and
    // ".git" at the end of the URL.
    private (List<string> FromRemote, List<string> FromElsewhere) ReadFetched(RawFolder gitDirectory)
    {
        var (fromRemote, fromElsewhere) = (new List<string>(), new List<string>());
        var url = Short(request.Url);
        foreach (var fields in (RawTree.Read(gitDirectory, "FETCH_HEAD"u8) ?? default)
                .ToText()
                .Split('\n')
                .Select(line => line.Split('\t'))
                .Where(fields => fields.Length > 2 && RefFiles.IsId(fields[0])))
        {
            var isRemote = fields[2] == url || fields[2].EndsWith(" of " + url, StringComparison.Ordinal);
            (isRemote ? fromRemote : fromElsewhere).Add(fields[0]);
        }

        return (fromRemote, fromElsewhere);

        static string Short(string url) =>
            url.TrimEnd('/') is var name && name.EndsWith(".git", StringComparison.Ordinal)
                ? name[..^".git".Length]
                : name;
    }

    private List<string> LooseObjects(RawFolder gitDirectory)
    {
        var found = new List<string>();
        using var objects = gitDirectory.TryOpenFolder("objects"u8);
        foreach (
            var (name, _) in (objects?.Entries() ?? []).Where(entry =>
                entry.Name.Length == 2 && entry.Kind == EntryKind.Folder))
        {
            using var folder = objects!.TryOpenFolder(name);
            found.AddRange(
                (folder?.Entries() ?? []).Where(entry => !request.Copies.Contains(name + "/"u8 + entry.Name))
                    .Select(entry => RefFiles.IdIn(name + entry.Name))
                    .OfType<string>());
        }

        return found;
    }

    // gitformat-pack(5): git-gc(1) keeps unreachable objects in a pack with an .mtimes file next to it. In the pack's
    // index the ids start after two words and 256 counts; the last count is the total.
    private static List<string> Unreachable(RawFolder gitDirectory)
    {
        var found = new List<string>();
        using var packs = RawTree.At(gitDirectory, "objects/pack"u8, (folder, name) => folder.TryOpenFolder(name));
        foreach (
            var (name, _) in (packs?.Entries() ?? []).Where(entry =>
                entry.Name.EndsWith(".mtimes"u8)))
        {
            const int head = 8,
                names = head + (256 * 4);
            if (RawTree.Read(packs!, name[..^".mtimes".Length] + ".idx"u8) is not { Length: > names } text)
                continue;
            var bytes = text.ToBytes();
            var count = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(names - 4));
            var length = (name.Length - "pack-.mtimes".Length) / 2;
            for (var i = 0; i < count && length is 20 or 32 && names + ((i + 1L) * length) <= bytes.Length; i++)
                found.Add(Convert.ToHexString(bytes.AsSpan(names + (i * length), length)).ToLowerInvariant());
        }

        return found;
    }
}
