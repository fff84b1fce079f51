using Gitproc.Checkouts.Rescuing;

namespace Gitproc.Torture.Workers;

/// <summary>What a rescue contains, as git itself reports it.</summary>
/// <param name="Folder">The repository of the rescue.</param>
/// <param name="Works">The names of the pieces of work that are complete in it.</param>
/// <param name="Mark">The mark of the holder that left the work; null if it has none.</param>
/// <param name="IsWhole">
/// False if it records deleted files. No job deletes any, but folders are removed while a rescue is made from them.
/// </param>
internal sealed record RescuedWork(string Folder, IReadOnlyList<string> Works, string? Mark, bool IsWhole)
{
    /// <summary>All rescues in the pool, the newest first. Rescues that are removed meanwhile are left out.</summary>
    public static IEnumerable<RescuedWork> All(Ground ground) =>
        Directory
            .EnumerateDirectories(ground.Pool.Rescues)
            .OrderDescending(StringComparer.Ordinal)
            .Select(TryRead)
            .OfType<RescuedWork>();

    /// <summary>Reads a rescue that the pool has listed.</summary>
    /// <returns>What it contains; null if it was removed meanwhile.</returns>
    public static RescuedWork? TryRead(Ground ground, Rescue rescue) =>
        TryRead(Path.Combine(ground.Pool.Rescues, FileName(rescue)));

    /// <summary>The id that the pool uses.</summary>
    public string Id =>
        Path.GetFileNameWithoutExtension(Folder).Split('@') is [var time, var checkout] ? $"{checkout}/{time}" : Folder;

    /// <summary>True if the rescue was not removed.</summary>
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
