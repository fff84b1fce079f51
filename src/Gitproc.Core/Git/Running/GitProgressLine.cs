using System.Globalization;
using System.Text.RegularExpressions;
using Gitproc.Reports;

namespace Gitproc.Git.Running;

/// <summary>Reads the lines in which git shows progress, as <c>Receiving objects:  45% (9/20)</c>.</summary>
internal static partial class GitProgressLine
{
    /// <summary>Reads one line of git's standard error.</summary>
    /// <param name="line">The line, without its end.</param>
    /// <returns>The step and how much of it is done; null when the line is no progress.</returns>
    public static PoolReport? Read(string line)
    {
        var match = Pattern().Match(line);
        if (!match.Success)
            return null;
        var percent = match.Groups["percent"];
        return new PoolReport(
            ReportKind.Progress,
            match.Groups["title"].Value,
            percent.Success ? int.Parse(percent.Value, CultureInfo.InvariantCulture) : null);
    }

    // progress.c, display(): "title: percent% (n/total)", or "title: n" when the total is not known.
    [GeneratedRegex(@"^(?:remote: )?(?<title>[^:]+):\s+(?:(?<percent>\d{1,3})% \(\d+/\d+\)|\d+(?:$|,))")]
    private static partial Regex Pattern();
}
