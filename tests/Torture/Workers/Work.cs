namespace Gitproc.Torture.Workers;

/// <summary>
/// The work that a holder leaves in a checkout: a file that no remote has, whose content is its own name. Notes outside
/// the checkout let the inspection count it.
/// </summary>
/// <remarks>
/// A holder begins an empty note before it writes the file, and fills the note in when the file is there. A restore
/// does the same. When work is removed on purpose, with the folder of a checkout or with a rescue, another note says
/// so. So the number of rescues that contain the work is at least the number of filled notes minus the removals, and at
/// most the number of all notes.
/// </remarks>
internal static class Work
{
    private const string Prefix = "work-";
    private const char Separator = '~';

    /// <summary>Leaves new work in a checkout.</summary>
    /// <param name="ground">Where the notes are.</param>
    /// <param name="checkout">The folder of the checkout. The caller holds it.</param>
    public static void Leave(Ground ground, string checkout)
    {
        var name = Prefix + Guid.NewGuid().ToString("N");
        var note = Begin(ground, name);
        try
        {
            File.WriteAllText(Path.Combine(checkout, name), name);
        }
        catch (DirectoryNotFoundException)
        {
            return;
        }

        End(note, checkout);
    }

    /// <summary>Begins the note that work is about to be left.</summary>
    /// <returns>The path of the note.</returns>
    public static string Begin(Ground ground, string name)
    {
        var note = ground.Work($"{name}{Separator}{Guid.NewGuid():N}");
        File.WriteAllText(note, "");
        return note;
    }

    /// <summary>Fills in a note: the work is now there.</summary>
    /// <param name="note">The path of the note.</param>
    /// <param name="where">Where the work is.</param>
    public static void End(string note, string where) => File.WriteAllText(note, where);

    /// <summary>Notes that work is removed with the folder of a checkout.</summary>
    /// <param name="folder">The folder, at the path that it was moved to.</param>
    public static void Remove(Ground ground, string folder)
    {
        foreach (var name in In(folder))
            File.WriteAllText(ground.RemovedWork($"{name}{Separator}{Guid.NewGuid():N}"), "");
    }

    /// <summary>Notes that work is removed with a rescue. The note counts only when the rescue is gone.</summary>
    public static void Remove(Ground ground, RescuedWork rescue)
    {
        foreach (var name in rescue.Works)
            File.WriteAllText(ground.RemovedWork($"{name}{Separator}{Path.GetFileName(rescue.Folder)}"), "");
    }

    /// <summary>The names of the work in a checkout.</summary>
    public static IEnumerable<string> In(string folder) =>
        Directory.EnumerateFiles(folder, Prefix + "*").Select(file => Path.GetFileName(file)!);

    /// <summary>True if work is in a checkout, unchanged.</summary>
    public static bool IsIn(string folder, string name)
    {
        var file = Path.Combine(folder, name);
        return File.Exists(file) && File.ReadAllText(file) == name;
    }

    /// <summary>True if a file is work, and a kill did not cut it off.</summary>
    public static bool IsWhole(string name, string size) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && Options.Number(size) == name.Length;

    /// <summary>
    /// Checks all rescues against the notes, then replaces the notes by new ones for the rescues that stay. No worker
    /// may run meanwhile.
    /// </summary>
    /// <param name="rescues">All rescues.</param>
    /// <param name="stay">The rescues that stay in the pool.</param>
    /// <returns>What is wrong, one sentence each.</returns>
    public static IReadOnlyList<string> Settle(
        Ground ground, IReadOnlyCollection<RescuedWork> rescues, IReadOnlyCollection<RescuedWork> stay)
    {
        var wrong = new List<string>();
        var folders = rescues.Select(rescue => Path.GetFileName(rescue.Folder)).ToHashSet(StringComparer.Ordinal);
        var found = rescues
            .SelectMany(rescue => rescue.Works.Distinct())
            .CountBy(name => name)
            .ToDictionary(StringComparer.Ordinal);
        // If a worker was killed before it removed a rescue, its note exists and so does the rescue.
        var gone = Directory
            .EnumerateFiles(ground.RemovedWorks)
            .Select(Parts)
            .Where(parts => !folders.Contains(parts.Id))
            .CountBy(parts => parts.Name)
            .ToDictionary(StringComparer.Ordinal);
        foreach (var notes in Directory.EnumerateFiles(ground.Works).GroupBy(note => Parts(note).Name))
        {
            var where = notes.Select(File.ReadAllText).Where(text => text.Length > 0).ToList();
            var (least, most) = (where.Count - gone.GetValueOrDefault(notes.Key), notes.Count());
            if (found.GetValueOrDefault(notes.Key) is var times && (times < least || times > most))
                wrong.Add(
                    $"{notes.Key}, which was left {where.Count} to {most} times ({string.Join(", ", where)}) and of which {gone.GetValueOrDefault(notes.Key)} went on purpose, is in {times} rescues"
                );
        }

        foreach (
            var note in Directory.EnumerateFiles(ground.Works).Concat(Directory.EnumerateFiles(ground.RemovedWorks)))
            File.Delete(note);
        foreach (var rescue in stay)
        {
            foreach (var name in rescue.Works)
                End(Begin(ground, name), rescue.Folder);
        }

        return wrong;
    }

    private static (string Name, string Id) Parts(string note) =>
        Path.GetFileName(note).Split(Separator) is [var name, var id] ? (name, id) : (note, "");
}
