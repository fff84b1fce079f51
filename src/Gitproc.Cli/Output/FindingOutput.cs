using Gitproc.Terminal;

namespace Gitproc.Cli.Output;

/// <summary>Prints the findings of a check on standard output.</summary>
internal static class FindingOutput
{
    private static readonly TableColumn[] Columns = [new("SUBJECT"), new("STATE"), new("FINDING")];

    /// <summary>Prints one line for each finding. Nothing is cut, because people copy it into bug reports.</summary>
    public static void Write(IReadOnlyList<PoolFinding> findings, bool asJson)
    {
        if (asJson)
        {
            JsonOutput.WriteArray(findings);
            return;
        }

        ResultWriter.WriteLines(TextTable.Lines(
            Columns,
            findings.Select(finding => (string[])[finding.Subject, $"{finding.State}", finding.Text]),
            width: null,
            ConsoleScreen.TakesColor ? (row, text) => FindingText.Color(text, findings[row].State) : null));
    }
}
