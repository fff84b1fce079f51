namespace Gitproc.Checkouts.Rescuing;

/// <summary>The work that is in a checkout and nowhere else.</summary>
internal sealed record Leftovers
{
    /// <summary>Commits alone.</summary>
    /// <param name="size">What they take at most, in bytes.</param>
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

    /// <summary>Raw paths of files and links in the work tree that are to be kept, in the checkout.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Raw paths that were removed from the work tree.</summary>
    public required IReadOnlyList<string> Deleted { get; init; }

    /// <summary>Raw paths of folders in the checkout that are kept whole: nested repositories, and the git directories of submodules.</summary>
    public required IReadOnlyList<string> Trees { get; init; }

    /// <summary>Raw paths of folders that hold nothing.</summary>
    public IReadOnlyList<string> EmptyFolders { get; init; } = [];

    /// <summary>The modes of folders that are not tracked, by their raw paths.</summary>
    public IReadOnlyList<(string Path, UnixFileMode Mode)> FolderModes { get; init; } = [];

    /// <summary>How many paths have something that is in no commit.</summary>
    public required int Changes { get; init; }

    /// <summary>The ids of contents that only the index has.</summary>
    public required IReadOnlyList<string> Staged { get; init; }

    /// <summary>The ids of commits to keep, HEAD's first; there may be none.</summary>
    public required IReadOnlyList<string> Commits { get; init; }

    /// <summary>The ids of tag objects that only the checkout has.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Trees and blobs that refs name, with whether they are trees.</summary>
    public required IReadOnlyList<(string Id, bool IsTree)> Objects { get; init; }

    /// <summary>How many commits no remote has.</summary>
    public required int NewCommits { get; init; }

    /// <summary>What it takes, in bytes.</summary>
    public required long Size { get; init; }
}
