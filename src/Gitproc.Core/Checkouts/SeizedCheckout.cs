using Gitproc.Files;
using Gitproc.Registry;

namespace Gitproc.Checkouts;

/// <summary>A checkout that nobody else can have until this is disposed.</summary>
/// <param name="Row">The checkout, in state <see cref="CheckoutState.Cleaning"/>; held by the caller, or by nobody.</param>
/// <param name="Reason">Why it was broken; null when it was not.</param>
/// <param name="Alone">Its lock.</param>
internal sealed record SeizedCheckout(CheckoutRow Row, string? Reason, FileLock Alone) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Alone.Dispose();
}
