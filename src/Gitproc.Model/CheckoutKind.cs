namespace Gitproc;

/// <summary>How a checkout gets at the objects of its repository.</summary>
public enum CheckoutKind
{
    /// <summary>A clone with refs and config of its own that borrows the base repository's objects.</summary>
    Clone,
}
