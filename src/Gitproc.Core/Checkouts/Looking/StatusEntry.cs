namespace Gitproc.Checkouts.Looking;

/// <summary>A path that index or work tree have otherwise than HEAD, as <c>git status --porcelain=v2 -z</c> says it.</summary>
/// <param name="Path">The raw path.</param>
/// <param name="IsSubmodule">Whether it is a submodule, in the index or the commit.</param>
/// <param name="IsAdded">Whether the index has it and the commit has not.</param>
/// <param name="StagedIds">The ids of the contents that only the index has; more than one when a merge is not done.</param>
internal sealed record StatusEntry(string Path, bool IsSubmodule, bool IsAdded, IReadOnlyList<string> StagedIds)
{
    private const string SubmoduleMode = "160000";

    /// <summary>Reads the output; renames are not looked for in it.</summary>
    /// <param name="output">The raw output.</param>
    /// <returns>The entries.</returns>
    public static IReadOnlyList<StatusEntry> Read(string output) =>
        [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(ReadLine)];

    // git-status(1): "1 XY sub mH mI mW hH hI path", and where a merge is not done "u XY sub m1 m2 m3 mW h1 h2 h3 path".
    private static StatusEntry ReadLine(string line)
    {
        var isUnmerged = line[0] == 'u';
        var fields = line.Split(' ', isUnmerged ? 11 : 9);
        string[] modes = isUnmerged ? [fields[3], fields[4], fields[5]] : [fields[3], fields[4]];
        // Of the contents that the index has.
        IEnumerable<(string Mode, string Id)> staged = isUnmerged ? [(fields[3], fields[7]), (fields[4], fields[8]), (fields[5], fields[9])] : [(fields[4], fields[7])];
        return new StatusEntry(
            fields[^1],
            modes.Contains(SubmoduleMode),
            fields[1][0] == 'A',
            fields[1][0] == '.' ? [] : [.. staged.Where(entry => entry.Mode != SubmoduleMode && entry.Id.Any(c => c != '0')).Select(entry => entry.Id)]);
    }
}
