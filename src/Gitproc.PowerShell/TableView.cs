using System.Collections.Concurrent;
using System.Globalization;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using Gitproc.Terminal;
using Gitproc.Text;

namespace Gitproc.PowerShell;

/// <summary>The cells of the module's tables, cut so that a table fits the terminal.</summary>
/// <remarks>
/// Format-Table cuts only the last column, at its end. It asks for the cells of one row after another, before it knows
/// how wide the others are. So each cmdlet says which objects it emits together (<see cref="Remember"/>), and the
/// widths of the columns come from them, as <see cref="TextTable.Fit"/> decides. Objects that no cmdlet of this session
/// has emitted, for example those of a remote session, get the widths of a table that is full. In a file or a pipe
/// only holders and branches are cut, because Format-Table leaves out the columns that they leave no room for.
/// </remarks>
public static class TableView
{
    private const int Between = 1;

    // What the columns of a full table would like to have.
    private const int Wide = 60;
    private const int Brief = 32;

    private static readonly Dictionary<string, Column[]> Views = new(StringComparer.Ordinal)
    {
        ["Checkout"] = Checkouts(new(new("Age") { IsRight = true }, 5, AgeOf)),
        ["Status"] = Checkouts(new(new("Status"), 12, TableColumns.Status)),
        ["Lease"] =
        [
            // The current checkout has a mark.
            new(new("Checkout"), 13, item => Text(item, "Name") + " *"),
            new(new("Owner") { Narrowest = 14, Cut = CheckoutText.CutHolder }, Brief, ShownText.Holder),
            new(new("Label") { Narrowest = 8, LeftOut = 3 }, Brief, Printable("Label")),
            new(new("Since") { LeftOut = 2 }, 14, TimeOf("AcquiredAt")),
            new(new("ExpiresAt") { LeftOut = 1 }, 14, TimeOf("ExpiresAt")),
        ],
        ["Link"] =
        [
            new(new("Name") { Narrowest = 10 }, Wide, Printable("Name")),
            new(new("Branch") { Narrowest = 7 }, Wide, Printable("Branch")),
            new(new("Commit"), 7, item => Start(Text(item, "Commit"))),
            new(new("State"), 7, TableColumns.State),
            new(new("Path") { Narrowest = 16 }, Wide, Printable("Path")),
        ],
        ["Repository"] =
        [
            new(new("Branch") { Narrowest = 6 }, Brief, Printable("DefaultBranch")),
            new(new("Checkouts") { IsRight = true }, 9, Printable("Checkouts")),
            new(new("Free") { IsRight = true }, 4, Printable("Free")),
            new(new("Locked") { IsRight = true }, 6, Printable("Locked")),
            new(new("Fetched") { IsRight = true }, 7, item => ShownText.Age(Value(item, "FetchedAt"))),
            new(new("Size") { IsRight = true }, 8, Size),
            new(new("Repository") { Narrowest = 12 }, Wide, Printable("Key")),
        ],
        ["History"] =
        [
            new(new("Time"), 14, TimeOf("Time")),
            new(new("Checkout"), 13, Printable("Checkout")),
            new(new("Kind"), 9, Printable("Kind")),
            new(new("Who") { Narrowest = 10, LeftOut = 2 }, Wide, Printable("Who")),
            new(new("Why") { Narrowest = 10, LeftOut = 1 }, Wide, Printable("Why")),
        ],
        ["Rescue"] =
        [
            new(new("Id"), 12, Printable("ShortId")),
            new(new("Age") { IsRight = true }, 5, item => ShownText.Age(Value(item, "RescuedAt"))),
            new(new("Repository") { Narrowest = 12 }, Wide, Printable("Repository")),
            new(new("Branch") { Narrowest = 8, LeftOut = 4 }, Wide, Printable("Branch")),
            new(new("Files") { IsRight = true, LeftOut = 3 }, 5, Printable("Files")),
            new(new("Commits") { IsRight = true, LeftOut = 2 }, 7, Printable("Commits")),
            new(new("Size") { IsRight = true, LeftOut = 1 }, 9, Size),
        ],
        ["Pruned"] =
        [
            new(new("Kind"), 10, Printable("Kind")),
            new(new("Size") { IsRight = true }, 9, Size),
            new(new("Unused") { IsRight = true }, 6, item => ShownText.Age(Value(item, "LastUsedAt"))),
            new(new("Name") { Narrowest = 12 }, Wide, Printable("Name")),
            new(new("Repository") { Narrowest = 12, LeftOut = 1 }, Wide, Printable("Repository")),
        ],
    };

    private static readonly ConditionalWeakTable<object, Listing> Listings = [];

    /// <summary>Remembers which objects are emitted together, so that one table shows them.</summary>
    /// <param name="items">The objects.</param>
    /// <returns>The objects.</returns>
    public static IReadOnlyList<T> Remember<T>(IReadOnlyList<T> items)
        where T : class
    {
        // Without a terminal, a list does not load Gitproc.Terminal.
        if (Console.IsOutputRedirected)
            return items;
        var listing = new Listing(items);
        foreach (var item in items)
            Listings.AddOrUpdate(item, listing);
        return items;
    }

    /// <summary>Gets a cell of a table.</summary>
    /// <param name="item">The object of the row, or a deserialized copy of it.</param>
    /// <param name="view">The name of the table.</param>
    /// <param name="column">The title of the column.</param>
    /// <returns>The text, cut to the width that the column has in this terminal.</returns>
    public static string Cell(PSObject item, string view, string column) => Cell(item, view, column, text: null);

    /// <summary>Fits a cell of a table whose text needs more than its object.</summary>
    /// <param name="item">The object of the row, or a deserialized copy of it.</param>
    /// <param name="view">The name of the table.</param>
    /// <param name="column">The title of the column.</param>
    /// <param name="text">The text; null for the usual text of the column.</param>
    /// <returns>The text, cut to the width that the column has in this terminal.</returns>
    public static string Cell(PSObject item, string view, string column, string? text)
    {
        ArgumentNullException.ThrowIfNull(item);
        var columns = Views[view];
        var at = Array.FindIndex(columns, one => one.Shape.Title == column);
        var (shape, usual, read) = columns[at];
        text ??= read(item);
        if (ConsoleScreen.TableWidth is not { } width)
            return usual == Brief ? Cut(shape, text, Brief) : text;
        // PowerShell leaves the last column of the terminal empty.
        width--;
        var widths = Listings.TryGetValue(item.BaseObject, out var listing)
            ? listing.Widths(view, width)
            : Fit(columns, [.. columns.Select(one => one.Usual)], width);
        if (widths[at] == 0)
            return "";
        // Format-Table leaves out the last columns only if the others fill the line.
        return widths[^1] == 0 ? TextTable.Cell(shape, text, widths[at]) : Cut(shape, text, widths[at]);
    }

    private static string Cut(TableColumn shape, string text, int width) =>
        CellText.Width(text) <= width ? text : shape.Cut(text, width);

    // The column before those that are left out gets the rest of the line.
    private static int[] Fit(Column[] columns, int[] wanted, int width)
    {
        var widths = TextTable.Fit([.. columns.Select(column => column.Shape)], wanted, width, Between);
        var last = Array.FindLastIndex(widths, one => one > 0);
        if (last + 1 < widths.Length)
            widths[last] = width - widths[..last].Sum(one => one + Between);
        return widths;
    }

    private static Column[] Checkouts(Column third) =>
    [
        // The current checkout has a mark.
        new(new("Name"), 13, item => Text(item, "Name") + " *"),
        new(new("State"), 8, Printable("State")),
        third,
        new(new("Owner") { Narrowest = 14, LeftOut = 3, Cut = CheckoutText.CutHolder }, Brief, ShownText.Owner),
        new(new("Branch") { Narrowest = 8, LeftOut = 2 }, Brief, Head),
        new(new("Repository") { Narrowest = 12, LeftOut = 1 }, Wide, Printable("Repository")),
    ];

    private static string AgeOf(PSObject item) =>
        Value(item, "Locked") is true ? ShownText.Age(Value(item, "AcquiredAt")) : "";

    private static Func<PSObject, string> TimeOf(string property) => item =>
        Value(item, property) is DateTimeOffset time
            ? time.ToLocalTime().ToString("MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
            : Text(item, property);

    private static string Head(PSObject item) =>
        Text(item, "Branch") is { Length: > 0 } branch
            ? PrintableText.Of(branch)
            : Text(item, "Commit") is { Length: > 0 } commit ? $"({Start(commit)})" : "";

    private static string Start(string commit) => commit[..Math.Min(7, commit.Length)];

    private static string Size(PSObject item) => Value(item, "Size") is long size ? PrintableSize.Of(size) : "";

    private static Func<PSObject, string> Printable(string property) =>
        item => PrintableText.Of(Text(item, property));

    private static string Text(PSObject item, string property) => $"{Value(item, property)}";

    private static object? Value(PSObject item, string property) => item.Properties[property]?.Value;

    /// <summary>A column of a view: its usual width in a full table, and what it shows of an object.</summary>
    private sealed record Column(TableColumn Shape, int Usual, Func<PSObject, string> Read);

    /// <summary>Objects that one table shows.</summary>
    private sealed class Listing(IReadOnlyList<object> items)
    {
        private readonly ConcurrentDictionary<(string View, int Width), int[]> _widths = new();

        public int[] Widths(string view, int width) => _widths.GetOrAdd((view, width), _ =>
        {
            var columns = Views[view];
            PSObject[] rows = [.. items.Select(PSObject.AsPSObject)];
            return Fit(
                columns,
                [
                    .. columns.Select(column =>
                        rows.Select(column.Read).Append(column.Shape.Title).Max(CellText.Width)),
                ],
                width);
        });
    }
}
