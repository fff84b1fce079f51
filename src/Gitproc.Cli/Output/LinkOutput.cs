using Gitproc.Terminal;
using Gitproc.Text;

namespace Gitproc.Cli.Output;

/// <summary>Prints light-weight checkouts on standard output.</summary>
internal static class LinkOutput
{
    private static readonly TableColumn[] Columns =
    [
        new("NAME") { Narrowest = 12 },
        new("BRANCH") { Narrowest = 8, LeftOut = 3 },
        new("COMMIT") { LeftOut = 2 },
        new("STATE"),
        new("PATH") { Narrowest = 20 },
        new("BASE") { Narrowest = 16, LeftOut = 1 },
    ];

    public static void Write(IReadOnlyList<Link> links, bool asJson)
    {
        if (asJson)
            JsonOutput.WriteArray(links);
        else
            ResultWriter.WriteLines(TextTable.Lines(Columns, links.Select(Cells), ConsoleScreen.TableWidth));
    }

    private static string[] Cells(Link link) =>
    [
        PrintableText.Of(link.Name),
        PrintableText.Of(link.Branch ?? "-"),
        link.Commit?[..Math.Min(10, link.Commit.Length)] ?? "-",
        link.Missing ? "missing" : "there",
        PrintableText.Of(link.Path),
        PrintableText.Of(link.Base),
    ];
}
