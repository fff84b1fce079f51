using Gitproc.Files;

namespace Gitproc.Checkouts.Recycling;

/// <summary>
/// Removes files from a checkout's objects on which git would wait forever: pipes and devices. git reads no other files
/// of a checkout. If a link or <c>info/alternates</c> leads to such a file elsewhere, the file stays and the reference
/// goes.
/// </summary>
internal static class ObjectTraps
{
    private static readonly RawText Alternates = "info/alternates"u8;

    // git follows alternates for five levels (odb.c), and looks two folders deep into objects.
    private const int MaxAlternates = 5;
    private const int MaxDepth = 2;

    /// <summary>Removes them.</summary>
    public static void Remove(RawFolder gitDirectory, string objects, string trusted)
    {
        using var folder = gitDirectory.TryOpenFolder("objects"u8)!;
        RawTree.Walk(
            folder,
            default,
            entry =>
            {
                if (entry.Kind == EntryKind.Other
                    || (
                        entry.Kind == EntryKind.Link
                        && IsTrap(Path.Combine(objects, entry.Path.ToText()), MaxDepth)))
                    entry.Parent.RemoveFile(entry.Name);
                return true;
            });
        if (PlainFile.TryRead(Path.Combine(objects, Alternates.ToText())) is not { } bytes)
            return;
        var lines = RawText.FromBytes(bytes).Split('\n');
        var kept = lines
            .Where(line =>
                PathOf(line, objects) is not { } other || other == trusted || !HasTrap(other, trusted, MaxAlternates))
            .ToList();
        if (kept.Count < lines.Length)
            RawTree.Replace(folder, Alternates, RawText.Join('\n', kept), ".new"u8);
    }

    private static bool HasTrap(string objects, string trusted, int most) =>
        IsFolderTrap(objects, MaxDepth)
        || (
            most > 1
            && PlainFile.TryRead(Path.Combine(objects, Alternates.ToText())) is { } bytes
            && RawText
                .FromBytes(bytes)
                .Split('\n')
                .Select(line => PathOf(line, objects))
                .Any(other => other is not null && other != trusted && HasTrap(other, trusted, most - 1)));

    private static bool IsFolderTrap(string path, int depth)
    {
        using var folder = Directory.Exists(path) ? RawFolder.TryOpen(path) : null;
        return folder?.Entries().Any(entry => entry.Kind switch
        {
            EntryKind.Other => true,
            EntryKind.Folder => depth > 0 && IsFolderTrap(Path.Combine(path, entry.Name.ToText()), depth - 1),
            EntryKind.Link => IsTrap(Path.Combine(path, entry.Name.ToText()), depth),
            _ => false,
        }) == true;
    }

    // True if the target of a link is a trap.
    private static bool IsTrap(string link, int depth)
    {
        if (Directory.Exists(link))
            return depth > 0 && IsFolderTrap(link, depth - 1);
        using var file = PlainFile.TryOpen(link);
        return file is null;
    }

    // Each line is a path, absolute or relative to the objects folder. A quoted path has C escapes
    // (gitrepository-layout(5)).
    private static string? PathOf(RawText line, string objects)
    {
        if (line.Length == 0 || line[0] == '#')
            return null;
        var path =
            line[0] == '"'
                ? line.Chars.Trim('"')
                    .Replace("\\\"", "\"", StringComparison.Ordinal)
                    .Replace("\\\\", "\\", StringComparison.Ordinal)
                : line.Chars;
        // git reads the path as a C string, which ends at NUL.
        return Path.GetFullPath(RawText.FromChars(path.Split('\0')[0]).ToText(), objects);
    }
}
