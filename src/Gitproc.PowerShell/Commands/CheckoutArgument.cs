using System.Management.Automation;
using Gitproc.Reports;

namespace Gitproc.PowerShell.Commands;

/// <summary>A checkout as an argument or as an object from the pipeline.</summary>
/// <param name="Text">Its name or a path; null for the current checkout.</param>
/// <param name="LeaseId">The lease it had when the object was made, empty for none: a later one is not meant. Null for whichever there is.</param>
/// <param name="PoolFolder">The pool it is of; null when the argument does not say.</param>
internal sealed record CheckoutArgument(string? Text, string? LeaseId, string? PoolFolder)
{
    /// <summary>Reads an argument that is to be locked.</summary>
    /// <exception cref="GitprocException">It is a checkout that was not locked.</exception>
    public static CheckoutArgument Of(PSObject item, PathIntrinsics session)
    {
        var argument = OfAny(item, session);
        return argument.LeaseId is not "" ? argument : throw new GitprocException(
            ErrorReason.NotLocked,
            $"{argument.Text} was not locked when the object was made. To release who holds it now, give its name.",
            argument.Text);
    }

    /// <summary>Reads an argument.</summary>
    public static CheckoutArgument OfAny(PSObject item, PathIntrinsics session) => item.BaseObject switch
    {
        string text => OfText(text, session),
        FileSystemInfo file => new(file.FullName, null, null),
        PathInfo place => new(FileSystemPath.Of(place), null, null),
        _ => OfProperties(item, session),
    };

    /// <summary>A checkout with the lease it has, or has not: one that is acquired meanwhile is not meant.</summary>
    public static CheckoutArgument AsItIs(Checkout checkout) =>
        new(checkout.Name, checkout.State == CheckoutState.Unknown ? null : checkout.LeaseId ?? "", Path.GetDirectoryName(checkout.Path));

    /// <summary>Whether a text stands for all checkouts whose names fit it. In paths wildcards are characters as others.</summary>
    /// <param name="text">The text; null for none.</param>
    public static bool IsPattern(string? text) => text is not null && !IsPath(text) && WildcardPattern.ContainsWildcardCharacters(text);

    // Checkouts too: one that came back from a job is not of their type any more. Events, rescues and lines of a table name theirs.
    private static CheckoutArgument OfProperties(PSObject item, PathIntrinsics session)
    {
        var leaseId = item.Properties["LeaseId"] is { } lease ? lease.Value as string ?? "" : null;
        if (item.Properties["Path"]?.Value is not string path)
            return OfText((item.Properties["Checkout"]?.Value ?? item.Properties["Name"]?.Value) as string ?? item.ToString(), session) with { LeaseId = leaseId };
        return leaseId is null ? OfText(path, session) : new(Path.GetFileName(path), leaseId, Path.GetDirectoryName(path));
    }

    // All else is a name, or one that no checkout has.
    private static CheckoutArgument OfText(string text, PathIntrinsics session) =>
        IsPath(text)
            ? new(FileSystemPath.Resolve(text, session), null, null)
            : new(text, null, null);

    private static bool IsPath(string text) => text is "." or ".." or ['~', ..] || text.AsSpan().ContainsAny("/\\:\0");
}
