using Gitproc.Files;

namespace Gitproc.Checkouts.Recycling;

/// <summary>
/// The record of the files that were copied into a checkout from a folder of the user's. They may hold secrets, so
/// recycling takes them away, changed or not. The record is in the pool, outside the job's reach, and is written before
/// the files are: a kill leaves no file that is not in it.
/// </summary>
internal static class CopiedFiles
{
    /// <summary>Records files that are about to be copied.</summary>
    /// <param name="record">The folder of the checkout's record, absolute.</param>
    public static void Add(string record, IEnumerable<RawText> paths)
    {
        Directory.CreateDirectory(record);
        var all = RawText.Concat(Read(record).Concat(paths).Distinct(), end: '\0');
        var file = FileIn(record);
        File.WriteAllBytes(file + ".new", all.ToBytes());
        FileMove.Replace(file + ".new", file);
    }

    /// <summary>Removes the files from a checkout, with the folders that are empty then, and the record.</summary>
    /// <param name="record">The folder of the checkout's record, absolute.</param>
    /// <param name="findTracked">
    /// Finds the paths that the job tracks. These are work, which a rescue keeps and the cleaning removes.
    /// </param>
    public static void Remove(string record, RawFolder root, Func<IEnumerable<RawText>> findTracked)
    {
        var paths = Read(record);
        if (paths.Length == 0)
            return;
        var tracked = findTracked().ToHashSet();
        var folders = paths.Where(path => !tracked.Contains(path)).GroupBy(path => path.ParentPath()).ToList();
        foreach (var files in folders)
        {
            using var folder = RawTree.TryOpenFolder(root, files.Key);
            foreach (var path in files)
            {
                var name = path[(path.LastIndexOf('/') + 1)..];
                if (folder?.Find(name) is EntryKind.File or EntryKind.Link)
                    folder.RemoveFile(name);
            }
        }

        // The inner ones first.
        foreach (var files in folders.OrderByDescending(files => files.Key.Length))
            RawTree.RemoveEmptyFolders(root, files.Key);
        Forget(record);
    }

    /// <summary>Removes the record of a checkout whose folder is gone: other files may have these paths next.</summary>
    public static void Forget(string record)
    {
        if (File.Exists(FileIn(record)))
            File.Delete(FileIn(record));
    }

    private static RawText[] Read(string record) => File.Exists(FileIn(record))
        ? RawText.FromBytes(File.ReadAllBytes(FileIn(record))).Split('\0', StringSplitOptions.RemoveEmptyEntries)
        : [];

    private static string FileIn(string record) => Path.Combine(record, "copied");
}
