using System.Management.Automation;
using Gitproc.Reports;

namespace Gitproc.PowerShell.Commands;

/// <summary>A checkout as an argument or as an object from the pipeline.</summary>
/// <param name="Text">The name or a path; null for the current checkout.</param>
/// <param name="LeaseId">
/// The lease that the checkout had when the object was made, so that a later lease is left alone; empty if it had none.
/// Null to accept any lease.
/// </param>
/// <param name="PoolFolder">The pool of the checkout; null if the argument does not tell.</param>
internal sealed record CheckoutArgument(string? Text, string? LeaseId, string? PoolFolder)
{
    /// <summary>Reads an argument of a cmdlet that needs a locked checkout.</summary>
    /// <exception cref="GitprocException">The object is a checkout that was not locked.</exception>
    public static CheckoutArgument Of(PSObject item, PathIntrinsics session)
    {
        var argument = OfAny(item, session);
        return argument.LeaseId is not ""
            ? argument
            : throw new GitprocException(
                ErrorReason.NotLocked,
                $"{argument.Text} was not locked when the object was made. To release it from its present holder, give its name.",
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

    /// <summary>
    /// Refers to a checkout with its present lease, or without one. If another lease begins, the argument no longer
    /// matches.
    /// </summary>
    public static CheckoutArgument AsItIs(Checkout checkout) =>
        new(
            checkout.Name,
            checkout.State == CheckoutState.Unknown ? null : checkout.LeaseId ?? "",
            Path.GetDirectoryName(checkout.Path));

    /// <summary>True if a text is a pattern of names. In a path, wildcards are ordinary characters.</summary>
    /// <param name="text">The text; null for none.</param>
    public static bool IsPattern(string? text) =>
        text is not null && !IsPath(text) && WildcardPattern.ContainsWildcardCharacters(text);

    // Reads properties even of a checkout, because one that came back from a job has another type. Events, rescues and
    // rows of a table name their checkout.
    private static CheckoutArgument OfProperties(PSObject item, PathIntrinsics session)
    {
        var leaseId = item.Properties["LeaseId"] is { } lease ? lease.Value as string ?? "" : null;
        if (item.Properties["Path"]?.Value is not string path)
            return OfText(
                (item.Properties["Checkout"]?.Value ?? item.Properties["Name"]?.Value) as string ?? item.ToString(),
                session) with
            {
                LeaseId = leaseId,
            };
        return leaseId is null
            ? OfText(path, session)
            : new(Path.GetFileName(path), leaseId, Path.GetDirectoryName(path));
    }

    // A text that is not a path is a name, even if no checkout has it.
    private static CheckoutArgument OfText(string text, PathIntrinsics session) =>
        IsPath(text)
            ? new(FileSystemPath.Resolve(text, session), null, null)
            : new(text, null, null);

    private static bool IsPath(string text) => text is "." or ".." or ['~', ..] || text.AsSpan().ContainsAny("/\\:\0");
}
