using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Registry;
using Gitproc.Repositories;

namespace Gitproc.Links;

/// <summary>
/// The light-weight checkouts of one base repository: what is theirs alone is in its <c>worktrees</c> (gitrepository-layout(5)),
/// so that it outlives their folders.
/// </summary>
internal sealed class LinkStore(RepositoryPlace place)
{
    /// <summary>The file in a checkout's private folder that says what its <c>.gitlink</c> says, and where it is.</summary>
    public const string RecordName = "gitlink";

    /// <summary>
    /// The branch of a checkout of which nothing is checked out yet: HEAD is that of a repository without commits. Of a name that no
    /// branch can have git would not tell that a branch is checked out elsewhere (builtin/checkout.c, switch_branches).
    /// </summary>
    public const string UnbornBranch = "gitproc/no-commit";

    private readonly string _folder = Worktrees.Folder(place.CommonDirectory);

    /// <summary>The base repository.</summary>
    public RepositoryPlace Place => place;

    /// <summary>Whether a text can be the id of a checkout: a name that git takes for a worktree's (git-check-ref-format(1)).</summary>
    public static bool IsId(string text) => !text.Contains('/', StringComparison.Ordinal) && BaseRefs.IsName(text) && !text.EndsWith(".lock", StringComparison.Ordinal);

    /// <summary>The private folder of a checkout.</summary>
    /// <returns>The absolute path; nothing need be there.</returns>
    public string Folder(string id) => Worktrees.PrivateFolder(place.CommonDirectory, id);

    /// <summary>Lists the checkouts; worktrees that others made are not among them.</summary>
    public IReadOnlyList<LinkState> List() =>
        [.. Worktrees.Of(place.CommonDirectory).Select(Find).OfType<LinkState>().OrderBy(link => link.Name, StringComparer.Ordinal)];

    /// <summary>Finds a checkout.</summary>
    public LinkState? Find(string id) =>
        GitlinkFile.Read(Path.Combine(Folder(id), RecordName)) is { Place: not null } record ? new LinkState(place, id, record, PathOf(id, record)) : null;

    /// <summary>Makes the private folder of a new checkout, with an unborn HEAD.</summary>
    /// <param name="checkout">Its folder, absolute and real.</param>
    public LinkState Add(string name, GitlinkFile record, string checkout)
    {
        Directory.CreateDirectory(_folder);
        var id = Claim(Sanitize(name) is var free && CheckoutName.Read(free) is null ? free : $"link-{free}");
        var link = Write(id, record, checkout);
        File.WriteAllText(Path.Combine(Folder(id), "commondir"), "../..\n");
        File.WriteAllText(Path.Combine(Folder(id), "HEAD"), $"ref: refs/heads/{UnbornBranch}\n");
        return link;
    }

    /// <summary>Records where a checkout is.</summary>
    /// <param name="checkout">Its folder, absolute and real.</param>
    public LinkState Write(string id, GitlinkFile record, string checkout)
    {
        var known = record with { Id = id, Place = Paths.Relative(place.CommonDirectory, checkout) };
        File.WriteAllText(Path.Combine(Folder(id), RecordName), known.ToString());
        // Absolute: git before 2.48 takes nothing else, and that and newer ones mark the repository when they write a
        // relative one, which older ones then refuse (git-config(1), extensions.relativeWorktrees).
        File.WriteAllText(Path.Combine(Folder(id), "gitdir"), Path.Combine(checkout, ".git") + "\n");
        return new LinkState(place, id, known, checkout);
    }

    /// <summary>Takes a checkout off the list, with its HEAD and index.</summary>
    public void Remove(string id)
    {
        FolderRemoval.Remove(Folder(id));
        // As git does with the last worktree.
        if (Directory.Exists(_folder) && !Directory.EnumerateFileSystemEntries(_folder).Any())
            Directory.Delete(_folder);
    }

    // git prunes no worktree that has this file (git-worktree(1), lock), however long its folder is away. Who makes it has the id.
    private string Claim(string name)
    {
        for (var number = 0; ; number++)
        {
            var id = number == 0 ? name : $"{name}{number}";
            Directory.CreateDirectory(Folder(id));
            try
            {
                using var lockFile = new StreamWriter(new FileStream(Path.Combine(Folder(id), "locked"), FileMode.CreateNew));
                if (!File.Exists(Path.Combine(Folder(id), "commondir")))
                {
                    lockFile.Write("a light-weight checkout of gitproc: gitproc link remove ends it\n");
                    return id;
                }

                // Another one's worktree, which is not ours to lock.
                lockFile.Close();
                File.Delete(Path.Combine(Folder(id), "locked"));
            }
            catch (IOException) when (File.Exists(Path.Combine(Folder(id), "locked")))
            {
                // Somebody else has it.
            }
        }
    }

    // As git does with the name of a worktree's folder (builtin/worktree.c, sanitize_refname_component).
    private static string Sanitize(string name)
    {
        var id = new string([.. name.Select(c => char.IsControl(c) || " ~^:?*[\\/".Contains(c, StringComparison.Ordinal) ? '-' : c)])
            .Replace("..", "-", StringComparison.Ordinal).Replace("@{", "-", StringComparison.Ordinal).Trim('.', '-');
        if (id.EndsWith(".lock", StringComparison.Ordinal))
            id = id[..^".lock".Length] + "-lock";
        return IsId(id) ? id : "link";
    }

    // Base and checkout may have been moved together, or the base alone.
    private string PathOf(string id, GitlinkFile record)
    {
        var beside = Paths.Real(Path.Combine(place.CommonDirectory, record.Place!));
        if (LinkFolder.IsOf(beside, Folder(id)))
            return beside;
        var written = Path.Combine(Folder(id), "gitdir");
        var elsewhere = File.Exists(written) ? Path.GetDirectoryName(File.ReadAllText(written).TrimEnd()) : null;
        return elsewhere is { Length: > 0 } && GitlinkFile.Read(Path.Combine(elsewhere, GitlinkFile.FileName))?.Id == id ? Paths.Real(elsewhere) : beside;
    }
}
