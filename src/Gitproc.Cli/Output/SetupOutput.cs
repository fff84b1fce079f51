using Gitproc.Terminal;

namespace Gitproc.Cli.Output;

/// <summary>Prints what repositories propose on standard output.</summary>
internal static class SetupOutput
{
    private static readonly TableColumn[] Columns = [new("REPOSITORY") { Narrowest = 20 }, new("SETUP")];

    public static void Write(IReadOnlyList<ProposedSetup> proposals, bool asJson)
    {
        if (asJson)
            JsonOutput.WriteArray(proposals);
        else
            ResultWriter.WriteLines(TextTable.Lines(Columns, proposals.Select(Cells), ConsoleScreen.TableWidth));
    }

    private static string[] Cells(ProposedSetup proposal) =>
    [
        proposal.Repository,
        proposal switch
        {
            { Content: null } => "approved, but not proposed any more",
            { Trusted: true } => "approved",
            { Problem: not null } => "cannot be used",
            _ => "not approved",
        },
    ];
}
