using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;

namespace Gitproc.Repositories;

/// <summary>
/// The tags of a remote. A base repository tracks them as it does branches, under <c>refs/gitproc/tags</c>: what the remote drops is pruned there, and a
/// name that becomes a folder of names, or the other way, is in nobody's way. Clones have these and no others. <c>refs/tags</c> is what worktrees
/// share, where anybody may have made a tag: it follows, and only what came from the remote goes from there.
/// </summary>
internal static class BaseTags
{
    /// <summary>Where they are tracked.</summary>
    public const string Folder = "refs/gitproc/tags/";

    /// <summary>Brings them there.</summary>
    public const string Refspec = $"+{Shared}*:{Folder}*";

    /// <summary>Where they are in a clone, and where worktrees share them.</summary>
    public const string Shared = "refs/tags/";

    /// <summary>Lets the shared tags follow those of the remote.</summary>
    /// <param name="git">Runs git.</param>
    /// <param name="basePath">The base repository.</param>
    /// <param name="before">The tags that the remote had before, by their names in <see cref="Shared"/>.</param>
    /// <param name="cancellationToken">Ends git.</param>
    public static void Follow(GitRunner git, string basePath, IReadOnlyDictionary<string, string> before, CancellationToken cancellationToken)
    {
        Dictionary<string, string> refs;
        using (var folder = RawFolder.Open(basePath))
            refs = RefFiles.Read(folder);
        var remote = refs.Where(entry => entry.Key.StartsWith(Folder, StringComparison.Ordinal)).ToDictionary(entry => Shared + entry.Key[Folder.Length..], entry => entry.Value, StringComparer.Ordinal);
        var shared = refs.Where(entry => entry.Key.StartsWith(Shared, StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
        var gone = shared.Where(entry => !remote.ContainsKey(entry.Key) && before.GetValueOrDefault(entry.Key) == entry.Value).Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);
        var own = shared.Keys.Where(name => !remote.ContainsKey(name) && !gone.Contains(name)).ToHashSet(StringComparer.Ordinal);
        var ownFolders = own.SelectMany(FoldersOf).ToHashSet(StringComparer.Ordinal);
        // A checkout may still have what the remote has dropped, and it is no work of its job.
        Change(before.Where(entry => remote.GetValueOrDefault(entry.Key) != entry.Value).Select(entry => entry.Value).Distinct().Select(id => $"update {BaseRefs.FetchedFolder}tag/{id} {id}"));
        // What is in the way of a folder goes first. Somebody's own tag stays, and that of the remote is then the clones' alone.
        Change(gone.Select(name => $"delete {name} {shared[name]}"));
        Change(remote.Where(entry => shared.GetValueOrDefault(entry.Key) != entry.Value && !ownFolders.Contains(entry.Key) && !FoldersOf(entry.Key).Any(own.Contains))
            .Select(entry => $"update {entry.Key} {entry.Value}"));

        void Change(IEnumerable<string> lines)
        {
            var input = string.Concat(lines.Select(line => line + "\n"));
            if (input.Length > 0)
                git.Run(BaseCall.Of(basePath, "update-ref", "--stdin") with { Input = stream => stream.Write(RawText.ToBytes(input)) }, cancellationToken);
        }
    }

    private static IEnumerable<string> FoldersOf(string name)
    {
        for (var slash = name.LastIndexOf('/'); slash > Shared.Length; slash = name.LastIndexOf('/', slash - 1))
            yield return name[..slash];
    }
}
