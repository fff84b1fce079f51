namespace Gitproc.Checkouts.Rescuing;

/// <summary>The refs in a rescue, see <see cref="RescueTree.Refs"/>.</summary>
/// <param name="Updates">Raw names with their ids.</param>
/// <param name="Symbolic">Raw names of refs that stand for another one, with their contents.</param>
/// <param name="Gone">Raw names of those that are to go.</param>
internal sealed record RefLines(Dictionary<string, string> Updates, Dictionary<string, string> Symbolic, List<string> Gone)
{
    /// <summary>The file with all stashes (git-stash(1)).</summary>
    public const string StashLog = "logs/refs/stash";

    /// <summary>Reads the lines.</summary>
    /// <param name="text">The text.</param>
    /// <returns>What they say.</returns>
    public static RefLines Read(string text)
    {
        var lines = new RefLines([], [], []);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split(' ');
            if (fields[0] == "-")
                lines.Gone.Add(fields[1]);
            else if (fields.Length == 3)
                lines.Symbolic[fields[2]] = $"{fields[0]} {fields[1]}";
            else
                lines.Updates[fields[1]] = fields[0];
        }

        return lines;
    }
}
