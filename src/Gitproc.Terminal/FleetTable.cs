using Gitproc.Pools;
using Gitproc.Text;

namespace Gitproc.Terminal;

/// <summary>The tables of a fleet: its machines, its limits, and who holds and who waits for checkouts.</summary>
/// <param name="snapshot">The state of the fleet.</param>
/// <param name="now">The current time in UTC, from which ages are computed.</param>
public sealed class FleetTable(FleetSnapshot snapshot, DateTimeOffset now)
{
    private static readonly TableColumn[] Columns =
    [
        new("MACHINE") { Narrowest = 8 },
        new("STATE"),
        new("NAME") { LeftOut = 1 },
        new("AGE") { IsRight = true },
        new("REPOSITORY") { Narrowest = 12, LeftOut = 2 },
        new("HOLDER") { Narrowest = 8, LeftOut = 4, Cut = CheckoutText.CutHolder },
        new("DOING") { Narrowest = 8, LeftOut = 3 },
    ];

    /// <summary>Lays out the tables.</summary>
    /// <param name="width">The number of columns of the terminal; null to cut nothing.</param>
    /// <param name="hasColor">True to show states in colour.</param>
    /// <returns>The tables, each with its titles first; a table without rows has no line.</returns>
    public IReadOnlyList<IReadOnlyList<string>> Tables(int? width, bool hasColor) =>
    [
        [.. FleetText.Lines(snapshot.Machines, width)],
        [.. FleetText.Lines(snapshot.Limits, width)],
        [.. TableRow.Lines(Columns, [.. Rows().OrderBy(row => row.Rank)], width, hasColor)],
    ];

    /// <summary>Counts.</summary>
    /// <returns>For example <c>3 machines: 2 active, 1 silent; 5 held; 1 waiting</c>.</returns>
    public string Summary()
    {
        var states = snapshot.Machines.GroupBy(machine => machine.State.ToString().ToLowerInvariant())
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"{group.Count()} {group.Key}");
        var count = snapshot.Machines.Count;
        var machines = $"{count} machine{(count == 1 ? "" : "s")}: {string.Join(", ", states)}";
        var held = $"{machines}; {snapshot.Held.Count} held";
        return snapshot.Queue.Count == 0 ? held : $"{held}; {snapshot.Queue.Count} waiting";
    }

    private IEnumerable<TableRow> Rows() =>
        snapshot.Held.Select(entry => new TableRow(entry.Checkout.State, Cells(entry)))
            .Concat(snapshot.Queue.Select(waiter => new TableRow(State: null, Cells(waiter))));

    private string[] Cells(PoolEntry entry) =>
    [
        PrintableText.Of(entry.Checkout.Machine ?? ""),
        entry.Checkout.State.ToString(),
        PrintableText.Of(entry.Checkout.Name),
        PrintableTime.Age(now - entry.Since),
        PrintableText.Of(entry.Checkout.Repository),
        CheckoutText.Holder(entry.Checkout) ?? "-",
        PrintableText.Of(entry.Doing),
    ];

    private string[] Cells(FleetWaiter waiter) =>
    [
        PrintableText.Of(waiter.Machine),
        "Waiting",
        "-",
        PrintableTime.Age(now - waiter.Since),
        PrintableText.Of(waiter.Repository),
        PrintableText.Of(waiter.Who),
        PoolTable.InQueue(waiter.Place - 1),
    ];
}
