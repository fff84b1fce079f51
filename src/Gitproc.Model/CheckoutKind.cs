namespace Gitproc;

/// <summary>The kinds of checkout. The numbers are those in the database.</summary>
public enum CheckoutKind
{
    /// <summary>A clone with refs and config of its own that borrows the base repository's objects.</summary>
    Clone = 0,

    /// <summary>
    /// A worktree of the base repository. HEAD and index are its own. It shares refs, stash and config with all others
    /// of this kind.
    /// </summary>
    Worktree = 1,

    /// <summary>
    /// A self-contained clone: it has copies of all objects and borrows nothing. git works in it wherever it is
    /// mounted.
    /// </summary>
    Standalone = 2,
}
