using Gitproc.Checkouts.Rescuing;

namespace Gitproc.Torture.Workers;

/// <summary>What is in a rescue, as git itself says.</summary>
/// <param name="Folder">The repository of the rescue.</param>
/// <param name="Works">The work that is in it whole.</param>
/// <param name="Mark">The mark of the holder who left it; null when there is none.</param>
/// <param name="IsWhole">Whether it says of no file that somebody has deleted it: nobody does, but folders are removed
/// while git looks at them.</param>
internal sealed record RescuedWork(string Folder, IReadOnlyList<string> Works, string? Mark, bool IsWhole)
{
    /// <summary>All that are in the pool.</summary>
    /// <param name="ground">Where.</param>
    /// <returns>Those that nobody has removed meanwhile, the oldest last.</returns>
    public static IEnumerable<RescuedWork> All(Ground ground) =>
        Directory
            .EnumerateDirectories(ground.Pool.Rescues)
            .OrderDescending(StringComparer.Ordinal)
            .Select(TryRead)
            .OfType<RescuedWork>();

    /// <summary>Reads one of which the pool says that it is there.</summary>
    /// <param name="ground">Where.</param>
    /// <param name="rescue">The rescue.</param>
    /// <returns>What is in it; null when somebody has removed it meanwhile.</returns>
    public static RescuedWork? TryRead(Ground ground, Rescue rescue) =>
        TryRead(Path.Combine(ground.Pool.Rescues, FileName(rescue)));

    /// <summary>The id by which the pool knows it.</summary>
    public string Id =>
        Path.GetFileNameWithoutExtension(Folder).Split('@') is [var time, var checkout] ? $"{checkout}/{time}" : Folder;

    /// <summary>Whether nobody has removed it.</summary>
    public bool IsThere => Directory.Exists(Folder);

    private static string FileName(Rescue rescue) =>
        rescue.Id.Split('/') is [var checkout, var time] ? $"{time}@{checkout}.git" : rescue.Id;

    private static RescuedWork? TryRead(string folder)
    {
        var works = new List<string>();
        string? mark = null;
        var isWhole = true;
        if (SourceRepository.TryGit(folder, "--git-dir", folder, "ls-tree", "-r", "--long", "HEAD") is not { } list)
            return Directory.Exists(folder) ? throw new ViolationException($"{folder} cannot be read") : null;
        // "MODE TYPE ID SIZE TAB PATH".
        foreach (var item in list.Split('\n')
                .Select(line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)))
        {
            var name = item[^1][(item[^1].LastIndexOf('/') + 1)..];
            if (item[^1] == RescueTree.Deleted.ToText())
                isWhole = item[^2] == "0";
            else if (Work.IsWhole(name, item[^2]))
                works.Add(name);
            else if (name == Claim.FileName)
                mark = SourceRepository.TryGit(folder, "--git-dir", folder, "cat-file", "blob", item[^3]);
        }

        return new RescuedWork(folder, works, mark, isWhole);
    }
}
