using Gitproc.Checkouts.Looking;
using Gitproc.Files;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>Facts about the untracked folders in a work tree, except for the files in them.</summary>
internal sealed class UntrackedFolders
{
    private readonly HashSet<RawText> _withFiles = [];
    private readonly HashSet<RawText> _tops = [];
    private List<(RawText Path, UnixFileMode? Mode, bool IsBare, bool IsEmpty)> _folders = [];

    private UntrackedFolders()
    {
    }

    /// <summary>True if a folder has a path that is too long for git.</summary>
    public bool AreTooDeep { get; private set; }

    /// <summary>
    /// Paths of bare repositories. To git these are ordinary folders. git does not list the empty folders that make
    /// them repositories.
    /// </summary>
    public IEnumerable<RawText> Bare => _folders.Where(folder => folder.IsBare).Select(folder => folder.Path);

    /// <summary>Paths of empty folders.</summary>
    public IEnumerable<RawText> Empty => _folders.Where(folder => folder.IsEmpty).Select(folder => folder.Path);

    /// <summary>The modes of all folders except bare repositories.</summary>
    public IEnumerable<(RawText Path, UnixFileMode Mode)> Modes =>
        _folders
            .Where(folder => !folder.IsBare && folder.Mode is not null)
            .Select(folder => (folder.Path, folder.Mode!.Value));

    /// <summary>Finds the folders. Call this before anything opens them, because that makes them accessible.</summary>
    /// <param name="folders">Paths of untracked folders, with a slash at the end.</param>
    public static UntrackedFolders Find(RawFolder root, IEnumerable<RawText> folders)
    {
        var found = new UntrackedFolders();
        foreach (var path in folders.Select(path => path.TrimEnd('/')))
        {
            found._tops.Add(path);
            RawTree.At(root, path, (parent, name) =>
            {
                if (!found.Visit(new RawTree.Entry(parent, name, path, EntryKind.Folder)))
                    return false;
                using var folder = parent.TryOpenFolder(name)!;
                RawTree.Walk(folder, path + "/"u8, found.Visit);
                return true;
            });
        }

        return found;
    }

    /// <summary>Leaves out folders with nothing to keep, because everything in them is ignored.</summary>
    /// <param name="files">Paths of the files to keep.</param>
    public void KeepOnly(IEnumerable<RawText> files)
    {
        var kept = new HashSet<RawText>();
        foreach (var file in files)
            AddParents(kept, file);
        // A folder comes before its entries. A folder without files is kept together with its parent.
        _folders =
        [
            .. _folders.Where(folder =>
                kept.Contains(folder.Path)
                || (
                    (folder.IsBare || !_withFiles.Contains(folder.Path))
                    && (_tops.Contains(folder.Path) || kept.Contains(folder.Path.ParentPath()))
                    && kept.Add(folder.Path))),
        ];
    }

    private bool Visit(RawTree.Entry entry)
    {
        if (entry.Kind != EntryKind.Folder)
        {
            AddParents(_withFiles, entry.Path);
            return false;
        }

        if (entry.Path.Length > WorkTreeLook.MaxPathLength)
        {
            AreTooDeep = true;
            return false;
        }

        var mode = entry.Parent.ModeOfFolder(entry.Name);
        using var folder = entry.Parent.TryOpenFolder(entry.Name);
        var isRepository = folder?.Find(".git"u8) is not null;
        // gitrepository-layout(5).
        var isBare =
            folder is not null
            && folder.Find("HEAD"u8) == EntryKind.File
            && folder.Find("objects"u8) == EntryKind.Folder
            && folder.Find("refs"u8) == EntryKind.Folder;
        if (isRepository || isBare)
            AddParents(_withFiles, entry.Path);
        if (folder is not null && !isRepository)
            _folders.Add((entry.Path, mode, isBare, folder.Entries().Count == 0));
        return folder is not null && !isRepository && !isBare;
    }

    private static void AddParents(HashSet<RawText> folders, RawText path)
    {
        for (var folder = path.ParentPath(); folder.Length > 0 && folders.Add(folder); folder = folder.ParentPath())
        {
        }
    }
}
