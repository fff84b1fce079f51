using System.Text;

namespace Gitproc.Files;

/// <summary>Works on trees of <see cref="RawFolder"/>, by paths with slashes.</summary>
internal static class RawTree
{
    /// <summary>An entry that a walk visits.</summary>
    /// <param name="Path">The prefix, and the path from the folder where the walk began.</param>
    public readonly record struct Entry(RawFolder Parent, RawText Name, RawText Path, EntryKind Kind);

    /// <summary>Visits everything in a folder and its sub-folders, each folder before its entries.</summary>
    /// <param name="visit">Returns false to leave out what is in a folder.</param>
    public static void Walk(RawFolder folder, RawText prefix, Func<Entry, bool> visit)
    {
        // Not recursive: folders may be nested deeper than the stack allows. Only the length of each path is kept,
        // because all paths of a deep tree together may not fit into memory.
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

    /// <summary>Calls a function with the folder of an entry and its name.</summary>
    /// <returns>The result; the default if a folder of the path does not exist.</returns>
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

    /// <param name="path">The path of the folder; empty for the root itself.</param>
    public static RawFolder? TryOpenFolder(RawFolder root, RawText path) =>
        path.Length == 0 ? root.TryOpenFolder("."u8) : At(root, path, (folder, name) => folder.TryOpenFolder(name));

    /// <summary>
    /// Opens a folder, and creates it and its parents if they do not exist. What is in the way stays.
    /// </summary>
    /// <returns>The folder; null if something is in the way.</returns>
    public static RawFolder? TryMakeFolder(RawFolder root, RawText path)
    {
        for (var end = path.IndexOf('/'); end >= 0; end = path.IndexOf('/', end + 1))
            MakeOne(path[..end]);
        if (path.Length > 0)
            MakeOne(path);
        return TryOpenFolder(root, path);

        void MakeOne(RawText one) => At(root, one, (folder, name) =>
        {
            if (folder.Find(name) is null)
                folder.CreateFolder(name);
            return true;
        });
    }

    /// <summary>Removes the empty folders of a path, from its end on.</summary>
    public static void RemoveEmptyFolders(RawFolder root, RawText path)
    {
        for (; path.Length > 0; path = path.ParentPath())
        {
            if (!At(root, path, (folder, name) => folder.Find(name) == EntryKind.Folder && folder.RemoveFolder(name)))
                break;
        }
    }

    /// <summary>Reads a whole file; null if it is not a regular file.</summary>
    public static RawText? Read(RawFolder root, RawText path) => At(root, path, (folder, name) =>
    {
        using var file = folder.TryOpenFile(name);
        return file?.ReadAll();
    });

    /// <summary>Removes everything in a folder, if there is one.</summary>
    public static void Empty(RawFolder root, RawText path)
    {
        using var folder = TryOpenFolder(root, path);
        folder?.RemoveEntries();
    }

    /// <summary>Removes an entry, if it exists.</summary>
    public static void Remove(RawFolder root, RawText path) => At(root, path, (folder, name) =>
    {
        folder.Remove(name);
        return true;
    });

    /// <summary>
    /// Calls a function that creates an entry. Its folders are created first. Whatever is in the way of these or of the
    /// entry is removed.
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
    /// Creates a folder and its parents, if they do not exist. Whatever is in the way and is not a folder is removed.
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

    /// <summary>Writes a file. An existing file stays until the new one is complete.</summary>
    /// <param name="path">The path of the file. A folder in its place is removed.</param>
    /// <param name="suffix">What the name of the incomplete file ends with.</param>
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

    /// <summary>Writes a file. Whatever is in its place is removed first.</summary>
    public static void Write(RawFolder root, RawText path, RawText content) => Make(root, path, (folder, name) =>
    {
        using var file = folder.CreateFile(name, isExecutable: false);
        file.Write(content.ToBytes());
    });
}
