using Gitproc.Processes;
using Gitproc.Registry;

namespace Gitproc.Checkouts;

/// <summary>
/// The processes that run in a checkout and that keep it from its next holder: all except this process, its ancestors,
/// and hooks in the background, which Gitproc ends itself (<see cref="BackgroundHooks"/>).
/// </summary>
internal static class ForeignProcesses
{
    /// <param name="checkout">The name of the checkout.</param>
    public static IReadOnlyList<ProcessEntry> In(PoolFolder folder, string checkout)
    {
        var running = CheckoutProcesses.Of(folder.Checkout(checkout));
        if (running.Count == 0)
            return running;
        var tickets = HookTicket.Of(folder, checkout);
        if (tickets.Count == 0)
            return running;
        var ours = tickets.SelectMany(ticket => ticket.Among(running)).ToHashSet();
        // A hook starts processes that end in a moment, and then are in no session.
        return [.. running.Where(entry => !ours.Contains(entry) && ProcessTable.IsAlive(entry.Identity))];
    }
}
