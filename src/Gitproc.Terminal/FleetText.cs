using Gitproc.Text;

namespace Gitproc.Terminal;

/// <summary>Tables of what a fleet has.</summary>
public static class FleetText
{
    private static readonly TableColumn[] MachineColumns =
    [
        new("MACHINE") { Narrowest = 10 },
        new("STATE"),
        new("CHECKOUTS") { IsRight = true, LeftOut = 3 },
        new("LOCKED") { IsRight = true },
        new("SLOTS") { IsRight = true, LeftOut = 4 },
        new("WAITING") { IsRight = true, LeftOut = 5 },
        new("FREE DISK") { IsRight = true, LeftOut = 2 },
        new("HEARD OF") { LeftOut = 1 },
    ];

    private static readonly TableColumn[] LimitColumns =
    [
        new("REPOSITORY") { Narrowest = 16 },
        new("LIMIT") { IsRight = true },
        new("HELD") { IsRight = true },
        new("WAITING") { IsRight = true },
        new("NOT SEEN BY") { Narrowest = 10, LeftOut = 1 },
    ];

    /// <summary>Lays out machines.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="width">The number of columns of the terminal; null to cut nothing.</param>
    /// <returns>The lines; empty if there are none.</returns>
    public static IEnumerable<string> Lines(IEnumerable<FleetMachine> machines, int? width) => TextTable.Lines(
        MachineColumns,
        machines.Select(machine => (string[])
        [
            PrintableText.Of(machine.Name),
            State(machine),
            $"{machine.Checkouts}",
            $"{machine.Locked}",
            $"{machine.Slots}",
            $"{machine.Waiting}",
            machine.FreeSpace is { } free ? PrintableSize.Of(free) : "-",
            machine.LastBeatAt is { } beat ? PrintableTime.Local(beat) : "-",
        ]),
        width);

    /// <summary>Lays out limits.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="width">The number of columns of the terminal; null to cut nothing.</param>
    /// <returns>The lines; empty if there are none.</returns>
    public static IEnumerable<string> Lines(IEnumerable<FleetLimit> limits, int? width) => TextTable.Lines(
        LimitColumns,
        limits.Select(limit => (string[])
        [
            PrintableText.Of(limit.Repository),
            $"{limit.Most}",
            $"{limit.Held}",
            $"{limit.Waiting}",
            limit.UnseenBy.Count == 0 ? "-" : PrintableText.Of(string.Join(", ", limit.UnseenBy)),
        ]),
        width);

    /// <summary>Lays out slots that are held.</summary>
    /// <param name="holders">The slots.</param>
    /// <param name="width">The number of columns of the terminal; null to cut nothing.</param>
    /// <returns>The lines; empty if there are none.</returns>
    public static IEnumerable<string> Lines(IEnumerable<FleetHolder> holders, int? width) =>
        Lines("SLOT", "HOLDER", holders.Select(holder => Cells(holder, holder.Number)), width);

    /// <summary>Lays out a queue.</summary>
    /// <param name="waiters">Those who wait.</param>
    /// <param name="width">The number of columns of the terminal; null to cut nothing.</param>
    /// <returns>The lines; empty if there are none.</returns>
    public static IEnumerable<string> Lines(IEnumerable<FleetWaiter> waiters, int? width) =>
        Lines("PLACE", "WHO", waiters.Select(waiter => Cells(waiter, waiter.Place)), width);

    private static IEnumerable<string> Lines(
        string number, string who, IEnumerable<string[]> rows, int? width) => TextTable.Lines(
        [
            new("REPOSITORY") { Narrowest = 16, LeftOut = 2 },
            new(number) { IsRight = true },
            new("MACHINE") { Narrowest = 10 },
            new(who) { Narrowest = 16, Cut = CheckoutText.CutHolder },
            new("SINCE") { LeftOut = 1 },
        ],
        rows,
        width);

    private static string[] Cells(FleetParty party, int number) =>
    [
        PrintableText.Of(party.Repository),
        $"{number}",
        PrintableText.Of(party.Machine),
        PrintableText.Of(party.Who),
        PrintableTime.Local(party.Since),
    ];

    private static string State(FleetMachine machine) =>
        (machine.State, machine.IsBeating) switch
        {
            (MachineState.Active, true) => "Active",
            (MachineState.Active, false) => "Not beating",
            var (state, _) => state.ToString(),
        } + (machine.IsDrained ? ", drained" : "");
}
