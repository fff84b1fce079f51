using System.CommandLine;
using Gitproc.Terminal;
using Gitproc.Text;

namespace Gitproc.Cli.Output;

/// <summary>Prints checkouts on standard output.</summary>
internal static class CheckoutOutput
{
    private const int StatusColumn = 4;

    private static readonly TableColumn[] AllColumns =
    [
        new("NAME"),
        new("STATE"),
        new("REPOSITORY") { Narrowest = 14, LeftOut = 3 },
        new("BRANCH") { Narrowest = 8, LeftOut = 2 },
        new("STATUS"),
        new("OWNER") { Narrowest = 20, Cut = CheckoutText.CutHolder },
        new("SINCE") { LeftOut = 1 },
    ];

    public static Option<bool> JsonOption() => new("--json") { Description = "Print a JSON array." };

    public static Option<bool> OneAsJsonOption() =>
        new("--json") { Description = "Print a JSON object instead of the path." };

    /// <summary>Prints one checkout: its path, or a JSON object.</summary>
    public static void WriteOne(Checkout checkout, bool asJson)
    {
        if (asJson)
            JsonOutput.Write(checkout);
        else
            ResultWriter.WriteLines([checkout.Path]);
    }

    public static void Write(IReadOnlyList<Checkout> checkouts, bool asJson, bool hasStatus = false)
    {
        if (asJson)
        {
            JsonOutput.WriteArray(checkouts);
            return;
        }

        var place = new CurrentCheckout(CurrentFolder.Path);
        ResultWriter.WriteLines(TextTable.Lines(
            Shown(AllColumns, hasStatus),
            checkouts.Select(checkout => Shown(Cells(checkout, place), hasStatus)),
            ConsoleScreen.TableWidth,
            ConsoleScreen.TakesColor ? (row, text) => CheckoutText.Color(text, checkouts[row].State) : null));
    }

    /// <summary>Prints the checkouts of a fleet.</summary>
    public static void WriteFleet(IReadOnlyList<Checkout> checkouts, bool asJson)
    {
        if (asJson)
        {
            JsonOutput.WriteArray(checkouts);
            return;
        }

        ResultWriter.WriteLines(TextTable.Lines(
            [new TableColumn("MACHINE") { Narrowest = 8 }, AllColumns[1], AllColumns[0], .. Shown(AllColumns, false)[2..]],
            checkouts.Select(checkout =>
            {
                var cells = Shown(Cells(checkout, place: null), hasStatus: false);
                return (string[])[PrintableText.Of(checkout.Machine ?? ""), cells[1], cells[0], .. cells[2..]];
            }),
            ConsoleScreen.TableWidth,
            ConsoleScreen.TakesColor ? (row, text) => CheckoutText.Color(text, checkouts[row].State) : null));
    }

    private static T[] Shown<T>(T[] cells, bool hasStatus) =>
        hasStatus ? cells : [.. cells[..StatusColumn], .. cells[(StatusColumn + 1)..]];

    private static string[] Cells(Checkout checkout, CurrentCheckout? place) =>
    [
        place?.Mark(checkout.Name, checkout.Path) ?? checkout.Name,
        checkout.State.ToString(),
        checkout.Repository,
        CheckoutText.Head(checkout),
        CheckoutText.Status(checkout.IsDirty, checkout.Ahead, checkout.Behind),
        CheckoutText.WithLabel(CheckoutText.Holder(checkout) ?? "-", checkout.Label),
        checkout.AcquiredAt is { } time ? PrintableTime.Local(time) : "-",
    ];
}
