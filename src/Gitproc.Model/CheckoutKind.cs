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
}
