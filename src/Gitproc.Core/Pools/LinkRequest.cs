namespace Gitproc.Pools;

/// <summary>How to make a light-weight checkout.</summary>
public sealed record LinkRequest
{
    /// <summary>The path of its folder: not there, empty, or with nothing but a <c>.gitlink</c> file.</summary>
    public required string Path { get; init; }

    /// <summary>The working directory, absolute.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>
    /// A branch, tag, commit or other ref, or <c>START:BRANCH</c> for a new branch; null for the branch of the folder's name,
    /// which is made when there is none.
    /// </summary>
    public string? Ref { get; init; }

    /// <summary>Whether <see cref="Ref"/>, or without it the folder's name, is that of a branch to be made.</summary>
    public bool NewBranch { get; init; }

    /// <summary>
    /// The base repository: a path, which is searched for from the folder upwards when it is relative; or the key, URL or name
    /// of a repository of the pool. Null for what the <c>.gitlink</c> in the folder says, else the repository around.
    /// </summary>
    public string? Base { get; init; }

    /// <summary>Its name; null for its path from the base repository.</summary>
    public string? Name { get; init; }
}
