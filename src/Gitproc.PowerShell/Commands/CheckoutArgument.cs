using System.Management.Automation;

namespace Gitproc.PowerShell.Commands;

/// <summary>A checkout as an argument or as an object from the pipeline.</summary>
/// <param name="Text">Its name or a path; null for the one that the session stands in.</param>
/// <param name="LeaseId">The lease it had when the object was made: a later one is not meant. Null for whichever there is.</param>
/// <param name="PoolFolder">The pool it is of; null when the argument does not say.</param>
internal sealed record CheckoutArgument(string? Text, string? LeaseId, string? PoolFolder)
{
    /// <summary>Reads an argument.</summary>
    /// <param name="item">A name, a path, a folder, a checkout, or a checkout that came back from a job.</param>
    /// <returns>What it means.</returns>
    public static CheckoutArgument Of(PSObject item)
    {
        if (item.BaseObject is string text)
            return new(text, null, null);
        if (item.BaseObject is FileSystemInfo file)
            return new(file.FullName, null, null);
        if (item.BaseObject is Checkout checkout)
            return OfCheckout(checkout.Path, checkout.LeaseId);
        return item.Properties["Path"]?.Value is string path
            ? OfCheckout(path, item.Properties["LeaseId"]?.Value as string)
            : new(item.ToString(), null, null);
    }

    private static CheckoutArgument OfCheckout(string path, string? leaseId) =>
        new(Path.GetFileName(path), leaseId, Path.GetDirectoryName(path));
}
