using Gitproc.Terminal;
using Gitproc.Text;

namespace Gitproc.Cli.Output;

/// <summary>Prints light-weight checkouts on standard output.</summary>
internal static class LinkOutput
{
    private static readonly string[] Titles = ["NAME", "BRANCH", "COMMIT", "STATE", "PATH", "BASE"];

    public static void Write(IReadOnlyList<Link> links, bool asJson)
    {
        if (asJson)
            JsonOutput.WriteArray(links);
        else
            ResultWriter.WriteLines(TextTable.Lines(Titles, links.Select(Cells)));
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
