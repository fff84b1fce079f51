using System.Text;

namespace Gitproc.Files;

/// <summary>Walks over trees of <see cref="RawFolder"/>, by raw paths with slashes.</summary>
internal static class RawTree
{
    /// <summary>What a walk meets.</summary>
    /// <param name="Name">Its raw name.</param>
    /// <param name="Path">Its raw path from where the walk began.</param>
    public readonly record struct Entry(RawFolder Parent, RawText Name, RawText Path, EntryKind Kind);

    /// <summary>Visits all that is in a folder and in the folders in it, a folder before what is in it.</summary>
    public static void Walk(RawFolder folder, RawText prefix, Func<Entry, bool> visit)
    {
        // It does not call itself for a folder in it: they may lie in each other deeper than a stack reaches. And of
        // each only the length of its path is kept, as all together may be longer than memory is.
        var around = new Stack<(RawFolder Folder, int Length, IEnumerator<(RawText Name, EntryKind Kind)> Left)>();
        var path = new StringBuilder(prefix.Chars);
        var (current, left) = (folder, folder.Entries().GetEnumerator());
        try
        {
            while (true)
            {
                if (!left.MoveNext())
                {
                    if (around.Count == 0)
                        return;
                    current.Dispose();
                    (current, path.Length, left) = around.Pop();
                    continue;
                }

                var (name, kind) = left.Current;
                var length = path.Length;
                path.Append(name.Chars);
                if (visit(new Entry(current, name, RawText.FromChars(path.ToString()), kind))
                    && kind == EntryKind.Folder
                    && current.TryOpenFolder(name) is { } inner)
                {
                    path.Append('/');
                    around.Push((current, length, left));
                    current = inner;
                    left = inner.Entries().GetEnumerator();
                }
                else
                {
                    path.Length = length;
                }
            }
        }
        finally
        {
            foreach (var outer in around.Select(step => step.Folder).Prepend(current).Where(one => one != folder))
                outer.Dispose();
        }
    }

    /// <summary>Does something with an entry, found from a folder step by step.</summary>
    public static T? At<T>(RawFolder root, RawText path, Func<RawFolder, RawText, T?> use)
    {
        var folder = root;
        var start = 0;
        try
        {
            for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', start))
            {
                var inner = folder.TryOpenFolder(path[start..slash]);
                if (folder != root)
                    folder.Dispose();
                folder = inner;
                if (folder is null)
                    return default;
                start = slash + 1;
            }

            return use(folder, path[start..]);
        }
        finally
        {
            if (folder != root)
                folder?.Dispose();
        }
    }

    /// <summary>Opens a folder, found from another one step by step.</summary>
    /// <param name="path">Its raw path; empty for that folder itself.</param>
    public static RawFolder? TryOpenFolder(RawFolder root, RawText path) =>
        path.Length == 0 ? root.TryOpenFolder("."u8) : At(root, path, (folder, name) => folder.TryOpenFolder(name));

    /// <summary>Reads a file whole.</summary>
    /// <returns>Its content; null when it is no regular file.</returns>
    public static RawText? Read(RawFolder root, RawText path) => At(root, path, (folder, name) =>
    {
        using var file = folder.TryOpenFile(name);
        return file?.ReadAll();
    });

    /// <summary>Removes an entry, if it exists.</summary>
    public static void Remove(RawFolder root, RawText path) => At(root, path, (folder, name) =>
    {
        folder.Remove(name);
        return true;
    });

    /// <summary>
    /// Does something where an entry is to be made; whatever stands in the way of its folders is removed, and so is
    /// what has its name.
    /// </summary>
    public static void Make(RawFolder root, RawText path, Action<RawFolder, RawText> make)
    {
        var slash = path.LastIndexOf('/');
        if (slash >= 0)
            MakeFolder(root, path[..slash]);
        At(root, path, (folder, name) =>
        {
            folder.Remove(name);
            make(folder, name);
            return true;
        });
    }

    /// <summary>
    /// Makes a folder, and those on the way, unless it is there; what has their names and is no folder is removed.
    /// </summary>
    public static void MakeFolder(RawFolder root, RawText path)
    {
        var folder = root;
        try
        {
            for (var start = 0; ;)
            {
                var slash = path.IndexOf('/', start);
                var name = slash < 0 ? path[start..] : path[start..slash];
                if (folder.Find(name) is var kind && kind != EntryKind.Folder)
                {
                    if (kind is not null)
                        folder.RemoveFile(name);
                    folder.CreateFolder(name);
                }

                if (slash < 0)
                    return;
                var inner =
                    folder.TryOpenFolder(name)
                    ?? throw new DirectoryNotFoundException($"The folder {name} is gone.");
                if (folder != root)
                    folder.Dispose();
                folder = inner;
                start = slash + 1;
            }
        }
        finally
        {
            if (folder != root)
                folder.Dispose();
        }
    }

    /// <summary>Writes a file. The one that was there is there until the new one is whole.</summary>
    /// <param name="path">Its raw path; a folder that is there is removed.</param>
    public static void Replace(
        RawFolder root, RawText path, RawText content, RawText suffix, bool isExecutable = false) =>
        Make(
            root,
            path + suffix,
            (folder, newName) =>
            {
                using (var file = folder.CreateFile(newName, isExecutable))
                    file.Write(content.ToBytes());
                var name = newName[..^suffix.Length];
                if (folder.Find(name) == EntryKind.Folder)
                    folder.Remove(name);
                folder.Rename(newName, name);
            });

    /// <summary>Writes a file.</summary>
    /// <param name="path">Its raw path; what is there is removed.</param>
    public static void Write(RawFolder root, RawText path, RawText content) => Make(root, path, (folder, name) =>
    {
        using var file = folder.CreateFile(name, isExecutable: false);
        file.Write(content.ToBytes());
    });
}
