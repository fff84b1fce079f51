using Gitproc.Text;

namespace Gitproc.Views;

/// <summary>Who holds a checkout, in as few words as a table has room for.</summary>
public static class HolderText
{
    /// <summary>Names the holder.</summary>
    /// <param name="checkout">The checkout.</param>
    /// <returns>As <c>1234 pwsh</c>; null when it has no lease.</returns>
    public static string? Of(Checkout checkout) => checkout.LeaseId is null
        ? null
        : Of(checkout.OwnerProcessId, checkout.OwnerProcessName, checkout.User, checkout.Locked, checkout.OwnerRuns);

    /// <summary>Names the holder and what it is for.</summary>
    /// <param name="holder">The holder, as named here.</param>
    /// <param name="label">What for; null or empty for nothing that is said.</param>
    /// <returns>As <c>1234 pwsh: nightly build</c>. Control characters of the label are written out.</returns>
    public static string With(string holder, string? label) => string.IsNullOrEmpty(label) ? holder : $"{holder}: {PrintableText.Of(label)}";

    /// <summary>Names the holder by what is known of a checkout with a lease.</summary>
    /// <param name="processId">The owner; null when nobody's life ends the lease.</param>
    /// <param name="processName">The owner's program; null when it is not known.</param>
    /// <param name="user">Who acquired it; null when that is not known.</param>
    /// <param name="isLocked">Whether the lease is not over.</param>
    /// <param name="runs">Whether the owner runs; null when that cannot be seen.</param>
    /// <returns>As <c>1234 pwsh</c> or <c>1234 pwsh (gone)</c>; as <c>me (held)</c> where nobody's life ends it. Control characters are written out.</returns>
    public static string Of(int? processId, string? processName, string? user, bool isLocked, bool? runs)
    {
        if (processId is null)
            return PrintableText.Of($"{user} ({(isLocked ? "held" : "expired")})");
        var over = isLocked ? "" : runs == false ? " (gone)" : " (expired)";
        return PrintableText.Of($"{processId} {processName}{over}");
    }
}
