using Gitproc.Text;

namespace Gitproc.Terminal;

/// <summary>What is so with a checkout, in as few words as a table has room for. Control characters are written out.</summary>
public static class CheckoutText
{
    /// <summary>Names the holder.</summary>
    /// <param name="checkout">The checkout.</param>
    /// <returns>As <c>1234 pwsh</c>; null when it has no lease.</returns>
    public static string? Holder(Checkout checkout) => checkout.LeaseId is null
        ? null
        : Holder(
            checkout.OwnerProcessId, checkout.OwnerProcessName, checkout.User, checkout.Locked, checkout.OwnerRuns);

    /// <summary>Names the holder by what is known of a checkout with a lease.</summary>
    /// <param name="processId">The owner; null when nobody's life ends the lease.</param>
    /// <param name="processName">The owner's program; null when it is not known.</param>
    /// <param name="user">Who acquired it; null when that is not known.</param>
    /// <param name="isLocked">Whether the lease is not over.</param>
    /// <param name="runs">Whether the owner runs; null when that cannot be seen.</param>
    /// <returns>
    /// As <c>1234 pwsh</c> or <c>1234 pwsh (gone)</c>; as <c>me (held)</c> where nobody's life ends the lease.
    /// </returns>
    public static string Holder(int? processId, string? processName, string? user, bool isLocked, bool? runs)
    {
        if (processId is null)
            return PrintableText.Of($"{user} ({(isLocked ? "held" : "expired")})");
        var over = isLocked ? "" : runs == false ? " (gone)" : " (expired)";
        return PrintableText.Of($"{processId} {processName}{over}");
    }

    /// <summary>Adds to the holder what the checkout is for.</summary>
    /// <param name="holder">The holder, as named here.</param>
    /// <param name="label">What for; null or empty for nothing that is said.</param>
    /// <returns>As <c>1234 pwsh: nightly build</c>.</returns>
    public static string WithLabel(string holder, string? label) =>
        string.IsNullOrEmpty(label) ? holder : $"{holder}: {PrintableText.Of(label)}";

    /// <summary>Names what is checked out.</summary>
    /// <param name="checkout">The checkout.</param>
    /// <returns>The branch, else the short commit as <c>(1234567)</c>, else <c>-</c>.</returns>
    public static string Head(Checkout checkout) =>
        PrintableText.Of(checkout.Branch ?? (checkout.Commit is { } commit ? $"({commit[..7]})" : "-"));

    /// <summary>Says what is so in the work tree.</summary>
    /// <param name="isDirty">Whether files are changed, removed or new; null when it is not known.</param>
    /// <param name="ahead">How many commits the remote's branch has not; null when it is not known.</param>
    /// <param name="behind">How many commits that one has alone; null when it is not known.</param>
    /// <returns>As <c>dirty +1 -2</c>; a question mark when nothing is known.</returns>
    public static string Status(bool? isDirty, int? ahead, int? behind)
    {
        var state = isDirty switch { true => "dirty", false => "clean", null => "?" };
        return state + (ahead > 0 ? $" +{ahead}" : "") + (behind > 0 ? $" -{behind}" : "");
    }

    /// <summary>Gives a text the colour that a state has.</summary>
    /// <param name="text">The text.</param>
    /// <param name="state">The state of a checkout; null for somebody who waits for one.</param>
    /// <returns>The text, with escape sequences around it.</returns>
    public static string Color(string text, CheckoutState? state)
    {
        var color = state switch
        {
            CheckoutState.Free => 32,
            CheckoutState.Broken => 31,
            null => 36,
            _ => 33,
        };
        return $"\e[{color}m{text}\e[0m";
    }
}
