using Gitproc.Text;

namespace Gitproc.Terminal;

/// <summary>Describes checkouts in the few words that a table has room for. Control characters are escaped.</summary>
public static class CheckoutText
{
    /// <summary>Names the holder.</summary>
    /// <param name="checkout">The checkout.</param>
    /// <returns>For example <c>1234 pwsh</c>; null if the checkout has no lease.</returns>
    public static string? Holder(Checkout checkout) => checkout.LeaseId is null
        ? null
        : Holder(
            checkout.OwnerProcessId, checkout.OwnerProcessName, checkout.User, checkout.Locked, checkout.OwnerRuns);

    /// <summary>Names the holder of a checkout that has a lease.</summary>
    /// <param name="processId">The process id of the owner; null if no process owns the lease.</param>
    /// <param name="processName">The program of the owner; null if it is unknown.</param>
    /// <param name="user">The user who acquired the checkout; null if unknown.</param>
    /// <param name="isLocked">True if the lease is live.</param>
    /// <param name="runs">True if the owner runs; null if that cannot be determined.</param>
    /// <returns>
    /// For example <c>1234 pwsh</c> or <c>1234 pwsh (gone)</c>; <c>me (held)</c> if no process owns the lease.
    /// </returns>
    public static string Holder(int? processId, string? processName, string? user, bool isLocked, bool? runs)
    {
        if (processId is null)
            return PrintableText.Of($"{user} ({(isLocked ? "held" : "expired")})");
        var over = isLocked ? "" : runs == false ? " (gone)" : " (expired)";
        return PrintableText.Of($"{processId} {processName}{over}");
    }

    /// <summary>Appends the label of the lease to the holder.</summary>
    /// <param name="holder">The holder, as <c>Holder</c> returns it.</param>
    /// <param name="label">What the checkout is for; null or empty if the holder did not say.</param>
    /// <returns>For example <c>1234 pwsh: nightly build</c>.</returns>
    public static string WithLabel(string holder, string? label) =>
        string.IsNullOrEmpty(label) ? holder : $"{holder}: {PrintableText.Of(label)}";

    /// <summary>
    /// Cuts a holder with a label. How its lease ended, as <c>(gone)</c>, is kept, and so is a part of the label.
    /// </summary>
    /// <param name="text">The text, as <see cref="WithLabel"/> returns it.</param>
    /// <param name="width">The maximum number of cells; at least 1.</param>
    /// <returns>The text, with an ellipsis where it is cut.</returns>
    public static string CutHolder(string text, int width)
    {
        if (CellText.Width(text) <= width)
            return text;
        var label = text.IndexOf(": ", StringComparison.Ordinal);
        if (label >= 0)
        {
            var (holder, rest) = (text[..label], text[(label + 2)..]);
            var room = Math.Max(width - CellText.Width(holder) - 2, Math.Min(CellText.Width(rest), width / 3));
            return room > 1 && width - room > 3
                ? $"{CutHolder(holder, width - room - 2)}: {CellText.CutMiddle(rest, room)}"
                : CellText.CutMiddle(text, width);
        }

        var end = text.LastIndexOf(" (", StringComparison.Ordinal);
        var left = end < 0 ? 0 : width - CellText.Width(text[end..]);
        return left > 0 ? CellText.CutMiddle(text[..end], left) + text[end..] : CellText.CutMiddle(text, width);
    }

    /// <summary>Names what is checked out.</summary>
    /// <param name="checkout">The checkout.</param>
    /// <returns>The branch; without one, the short commit as <c>(1234567)</c>; without either, <c>-</c>.</returns>
    public static string Head(Checkout checkout) =>
        PrintableText.Of(checkout.Branch ?? (checkout.Commit is { } commit ? $"({commit[..7]})" : "-"));

    /// <summary>Describes the state of the work tree and of the branch.</summary>
    /// <param name="isDirty">True if files are changed, removed or new; null if unknown.</param>
    /// <param name="ahead">The number of commits that only the local branch has; null if unknown.</param>
    /// <param name="behind">The number of commits that only the remote's branch has; null if unknown.</param>
    /// <returns>For example <c>dirty +1 -2</c>; a question mark if <paramref name="isDirty"/> is null.</returns>
    public static string Status(bool? isDirty, int? ahead, int? behind)
    {
        var state = isDirty switch { true => "dirty", false => "clean", null => "?" };
        return state + (ahead > 0 ? $" +{ahead}" : "") + (behind > 0 ? $" -{behind}" : "");
    }

    /// <summary>Gives a text the colour of a state.</summary>
    /// <param name="text">The text.</param>
    /// <param name="state">The state of a checkout; null for a process that waits for one.</param>
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
