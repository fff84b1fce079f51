namespace Gitproc;

/// <summary>How a checkout gets at the objects of its repository.</summary>
public enum CheckoutKind
{
    /// <summary>A clone with refs and config of its own that borrows the base repository's objects.</summary>
    Clone,

    /// <summary>A worktree of the base repository: HEAD and index are its own; refs, stash and config are shared with all others of this kind.</summary>
    Linked,
}
