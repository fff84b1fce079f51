using System.Globalization;
using Gitproc.Files;
using Gitproc.Git.Untrusted;

namespace Gitproc.Repositories;

/// <summary>
/// The times at which refs were fetched by name: the file <c>gitproc/fetched</c> in a base repository, with lines of
/// milliseconds since 1970 and a full name. Whoever writes it has the lock of the fetch.
/// </summary>
internal static class FetchedRefs
{
    /// <summary>Records that a ref was fetched.</summary>
    public static void Note(string basePath, string name, DateTimeOffset at)
    {
        var times = Read(basePath);
        times[RawText.FromText(name)] = at;
        Write(basePath, times);
    }

    /// <summary>The time when a ref was fetched last.</summary>
    /// <returns>The time; null if that is not known.</returns>
    public static DateTimeOffset? TimeOf(string basePath, string name) =>
        Read(basePath).TryGetValue(RawText.FromText(name), out var at) ? at : null;

    /// <summary>Finds the refs that nobody has asked for in a long time. One without a time counts from now.</summary>
    public static IReadOnlyList<RawText> FindOld(string basePath, TimeSpan age, IReadOnlySet<string> except)
    {
        using var folder = RawFolder.TryOpen(basePath);
        if (folder is null)
            return [];
        var now = DateTimeOffset.UtcNow;
        var known = Read(basePath);
        var refs = RefFiles
            .Read(folder)
            .Where(entry =>
                entry.Key.Chars.StartsWith(BaseRefs.FetchedFolder, StringComparison.Ordinal)
                && entry.Key.Chars != BaseRefs.Fetched(BaseRefs.NoBranch))
            .ToList();
        var times = refs.ToDictionary(
            entry => entry.Key, entry => known.TryGetValue(entry.Key, out var at) ? at : now);
        if (times.Count > 0 || known.Count > 0)
            Write(basePath, times);
        return
        [
            .. refs.Where(entry => now - times[entry.Key] > age && !except.Contains(entry.Value.ToText()))
                .Select(entry => entry.Key),
        ];
    }

    private static Dictionary<RawText, DateTimeOffset> Read(string basePath)
    {
        var times = new Dictionary<RawText, DateTimeOffset>();
        foreach (var line in RawText.FromBytes(PlainFile.TryRead(FileOf(basePath))).Split('\n'))
        {
            if (line.Split(' ') is [var time, var name]
                && long.TryParse(time.Chars, CultureInfo.InvariantCulture, out var at))
                times[name] = DateTimeOffset.FromUnixTimeMilliseconds(at);
        }

        return times;
    }

    private static void Write(string basePath, Dictionary<RawText, DateTimeOffset> times)
    {
        var (file, next) = (FileOf(basePath), FileOf(basePath) + ".new");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var lines = times.Select(entry =>
            RawText.Create(
                $"{entry.Value.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)} {entry.Key}"));
        File.WriteAllBytes(next, RawText.Concat(lines, end: '\n').ToBytes());
        FileMove.Replace(next, file);
    }

    private static string FileOf(string basePath) => Path.Combine(basePath, "gitproc", "fetched");
}
