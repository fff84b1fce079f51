using Gitproc.Files;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>The work that exists only in a checkout.</summary>
internal sealed record Leftovers
{
    /// <summary>Makes leftovers with only commits.</summary>
    /// <param name="size">The most bytes that they can take.</param>
    public static Leftovers OfCommits(IReadOnlyList<string> ids, int count, long size) => new()
    {
        Files = [],
        Deleted = [],
        Trees = [],
        Changes = 0,
        Staged = [],
        Commits = ids,
        Tags = [],
        Objects = [],
        NewCommits = count,
        Size = size,
    };

    /// <summary>Paths, in the checkout, of files and links to keep.</summary>
    public required IReadOnlyList<RawText> Files { get; init; }

    /// <summary>Paths that were removed from the work tree.</summary>
    public required IReadOnlyList<RawText> Deleted { get; init; }

    /// <summary>
    /// Paths of folders in the checkout that are kept as a whole: nested repositories, and the git directories of
    /// submodules.
    /// </summary>
    public required IReadOnlyList<RawText> Trees { get; init; }

    /// <summary>Paths of empty folders.</summary>
    public IReadOnlyList<RawText> EmptyFolders { get; init; } = [];

    /// <summary>The modes of untracked folders, with their paths.</summary>
    public IReadOnlyList<(RawText Path, UnixFileMode Mode)> FolderModes { get; init; } = [];

    /// <summary>The number of paths with content that is in no commit.</summary>
    public required int Changes { get; init; }

    /// <summary>The ids of contents that only the index has.</summary>
    public required IReadOnlyList<string> Staged { get; init; }

    /// <summary>The ids of commits to keep, with HEAD's first; may be empty.</summary>
    public required IReadOnlyList<string> Commits { get; init; }

    /// <summary>The ids of tag objects that only the checkout has.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Trees and blobs that refs name, with true for a tree.</summary>
    public required IReadOnlyList<(string Id, bool IsTree)> Objects { get; init; }

    /// <summary>The number of commits that no remote has.</summary>
    public required int NewCommits { get; init; }

    /// <summary>The size of all of it, in bytes.</summary>
    public required long Size { get; init; }
}
