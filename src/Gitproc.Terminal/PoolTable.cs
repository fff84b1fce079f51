using Gitproc.Pools;
using Gitproc.Text;

namespace Gitproc.Terminal;

/// <summary>
/// The table of checkouts and of the processes that wait for one. The live view shows it; without a terminal it is
/// printed once.
/// </summary>
/// <param name="snapshot">The state of the pool.</param>
/// <param name="now">The current time in UTC, from which ages are computed.</param>
/// <param name="place">The current checkout, which is marked.</param>
public sealed class PoolTable(PoolSnapshot snapshot, DateTimeOffset now, CurrentCheckout place)
{
    private static readonly TableColumn[] Columns =
    [
        new("NAME"),
        new("STATE"),
        new("AGE") { IsRight = true },
        new("REPOSITORY") { Narrowest = 12, LeftOut = 2 },
        new("BRANCH") { Narrowest = 6, LeftOut = 1 },
        new("HOLDER") { Narrowest = 8, LeftOut = 4, Cut = CheckoutText.CutHolder },
        new("DOING") { Narrowest = 8, LeftOut = 3 },
    ];

    /// <summary>Lays out the table as wide as its content.</summary>
    /// <returns>The lines, the titles first; empty if there are no rows.</returns>
    public IReadOnlyList<string> Lines() =>
        [.. TableRow.Lines(Columns, Rows(), width: null, hasColor: false)];

    /// <summary>Lays out the table for a terminal, with the busy checkouts first.</summary>
    /// <param name="width">The number of columns of the terminal.</param>
    /// <param name="hasColor">True to show states in colour.</param>
    /// <returns>The lines, the titles first; empty if there are no rows.</returns>
    public IReadOnlyList<string> Lines(int width, bool hasColor) =>
        [.. TableRow.Lines(Columns, [.. Rows().OrderBy(row => row.Rank)], width, hasColor)];

    /// <summary>Counts the checkouts in each state and the waiting processes.</summary>
    /// <returns>For example <c>3 checkouts: 1 free, 2 locked; 1 waiting</c>.</returns>
    public string Summary()
    {
        var states = snapshot.Entries.GroupBy(entry => entry.Checkout.State).OrderBy(group => group.Key)
            .Select(group => $"{group.Count()} {group.Key.ToString().ToLowerInvariant()}");
        var count = snapshot.Entries.Count;
        var checkouts =
            count == 0 ? "no checkout" : $"{count} checkout{(count == 1 ? "" : "s")}: {string.Join(", ", states)}";
        return snapshot.Waiters.Count == 0 ? checkouts : $"{checkouts}; {snapshot.Waiters.Count} waiting";
    }

    private List<TableRow> Rows() =>
        [
            .. snapshot.Entries.Select(entry => new TableRow(entry.Checkout.State, Cells(entry))),
            .. snapshot.Waiters.Select(
                (waiter, at) =>
                    new TableRow(
                        null,
                        Cells(waiter, snapshot.Waiters.Take(at).Count(other => other.Repository == waiter.Repository)))
            ),
        ];

    private string[] Cells(PoolEntry entry) =>
    [
        place.Mark(entry.Checkout.Name, entry.Checkout.Path),
        entry.Checkout.State.ToString(),
        PrintableTime.Age(now - entry.Since),
        PrintableText.Of(entry.Checkout.Repository),
        CheckoutText.Head(entry.Checkout),
        CheckoutText.Holder(entry.Checkout) ?? "-",
        PrintableText.Of(entry.Doing),
    ];

    private string[] Cells(PoolWaiter waiter, int before) =>
    [
        waiter.Checkout ?? "-",
        "Waiting",
        PrintableTime.Age(now - waiter.Since),
        PrintableText.Of(waiter.Repository),
        "-",
        PrintableText.Of(waiter.Who),
        InQueue(before),
    ];

    /// <summary>Says which place somebody has who waits.</summary>
    /// <param name="before">How many are before it.</param>
    internal static string InQueue(long before) => before == 0 ? "is next" : $"{before} before it";
}
