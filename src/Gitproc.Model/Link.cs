namespace Gitproc;

/// <summary>
/// A light-weight checkout: a folder with its own HEAD and index, and the objects and refs of a base repository.
/// Immutable.
/// </summary>
public sealed record Link
{
    /// <summary>Its name: the given one, else its path from the base repository without leading <c>..</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The absolute path of the folder, or its last one if the folder is missing.</summary>
    public required string Path { get; init; }

    /// <summary>The absolute path of the base repository: of its main work tree, or of a bare one.</summary>
    public required string Base { get; init; }

    /// <summary>The branch that is checked out; null if HEAD is detached.</summary>
    public string? Branch { get; init; }

    /// <summary>The full id of the commit that is checked out; null if there is none.</summary>
    public string? Commit { get; init; }

    /// <summary>
    /// True if the folder is gone, or was moved to an unknown place. HEAD and index are still in the base repository.
    /// </summary>
    public required bool Missing { get; init; }

    /// <summary>True if it finds its base repository by a relative path, so that you can move both together.</summary>
    public required bool Movable { get; init; }

    /// <summary>The path, so that a link can be used as a path.</summary>
    /// <returns><see cref="Path"/>.</returns>
    public override string ToString() => Path;
}
