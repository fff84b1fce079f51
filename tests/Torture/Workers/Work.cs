namespace Gitproc.Torture.Workers;

/// <summary>
/// Work that a holder leaves in a checkout: a file that is not on the remote, and has its name as content. Outside of
/// the checkout a note for each time that it is left is begun before and filled in when the file is there. And there is
/// a note when it goes on purpose: with the folder of a checkout, or with a rescue. So it is in as many rescues as
/// there are filled notes, less those that went; and in no more than there are notes.
/// </summary>
internal static class Work
{
    private const string Prefix = "work-";
    private const char Separator = '~';

    /// <summary>Leaves some.</summary>
    /// <param name="ground">Where it is written down.</param>
    /// <param name="checkout">The checkout's folder; the caller holds it.</param>
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
    /// <param name="ground">Where.</param>
    /// <param name="name">The work's name.</param>
    /// <returns>The note.</returns>
    public static string Begin(Ground ground, string name)
    {
        var note = ground.Work($"{name}{Separator}{Guid.NewGuid():N}");
        File.WriteAllText(note, "");
        return note;
    }

    /// <summary>Fills in a note: the work is where it was to be left.</summary>
    /// <param name="note">The note.</param>
    /// <param name="where">Where the work is.</param>
    public static void End(string note, string where) => File.WriteAllText(note, where);

    /// <summary>Writes down that work goes with the folder of a checkout.</summary>
    /// <param name="ground">Where.</param>
    /// <param name="folder">What was that folder.</param>
    public static void Remove(Ground ground, string folder)
    {
        foreach (var name in In(folder))
            File.WriteAllText(ground.RemovedWork($"{name}{Separator}{Guid.NewGuid():N}"), "");
    }

    /// <summary>Writes down that work goes with a rescue, once that is gone.</summary>
    /// <param name="ground">Where.</param>
    /// <param name="rescue">The rescue.</param>
    public static void Remove(Ground ground, RescuedWork rescue)
    {
        foreach (var name in rescue.Works)
            File.WriteAllText(ground.RemovedWork($"{name}{Separator}{Path.GetFileName(rescue.Folder)}"), "");
    }

    /// <summary>The work that is in a checkout.</summary>
    /// <param name="folder">Its folder.</param>
    /// <returns>The names.</returns>
    public static IEnumerable<string> In(string folder) =>
        Directory.EnumerateFiles(folder, Prefix + "*").Select(file => Path.GetFileName(file)!);

    /// <summary>Whether work is in a checkout as it was left.</summary>
    /// <param name="folder">The checkout's folder.</param>
    /// <param name="name">The work's name.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsIn(string folder, string name)
    {
        var file = Path.Combine(folder, name);
        return File.Exists(file) && File.ReadAllText(file) == name;
    }

    /// <summary>Whether a file is work, and not one that was cut off by a kill.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="size">Its size.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsWhole(string name, string size) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && Options.Number(size) == name.Length;

    /// <summary>Looks at the notes, when nobody works, and begins new ones for the rescues that stay.</summary>
    /// <param name="ground">Where.</param>
    /// <param name="rescues">All rescues.</param>
    /// <param name="stay">Those of them that stay.</param>
    /// <returns>What is wrong, a sentence each.</returns>
    public static IReadOnlyList<string> Settle(
        Ground ground, IReadOnlyCollection<RescuedWork> rescues, IReadOnlyCollection<RescuedWork> stay)
    {
        var wrong = new List<string>();
        var folders = rescues.Select(rescue => Path.GetFileName(rescue.Folder)).ToHashSet(StringComparer.Ordinal);
        var found = rescues
            .SelectMany(rescue => rescue.Works.Distinct())
            .CountBy(name => name)
            .ToDictionary(StringComparer.Ordinal);
        // A rescue of which somebody was killed before it was removed is still there.
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
