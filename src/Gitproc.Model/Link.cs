namespace Gitproc;

/// <summary>A light-weight checkout: a folder with a HEAD and an index of its own, and the objects and refs of a base repository. Immutable.</summary>
public sealed record Link
{
    /// <summary>Its name: the one that it was given, else its path from the base repository without <c>..</c> in front.</summary>
    public required string Name { get; init; }

    /// <summary>The absolute path of the folder; where it was last, when it is missing.</summary>
    public required string Path { get; init; }

    /// <summary>The absolute path of the base repository: of its main work tree, or of a bare one.</summary>
    public required string Base { get; init; }

    /// <summary>The branch that is checked out; null when HEAD is detached.</summary>
    public string? Branch { get; init; }

    /// <summary>The full id of the commit that is checked out; null when there is none.</summary>
    public string? Commit { get; init; }

    /// <summary>Whether the folder is gone, or was moved to where nobody has told of it. HEAD and index are still in the base repository.</summary>
    public required bool Missing { get; init; }

    /// <summary>Whether it finds its base repository by a relative path, so that both can be moved together.</summary>
    public required bool Movable { get; init; }

    /// <summary>The path, so that a link can stand wherever a path is wanted.</summary>
    /// <returns><see cref="Path"/>.</returns>
    public override string ToString() => Path;
}
