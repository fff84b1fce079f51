using System.Text;
using Gitproc.Checkouts.Recycling;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Links;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Repositories;

namespace Gitproc.Pools;

/// <summary>
/// Lets a pool work again whose folder was moved or copied. Whatever borrows objects names them by an absolute path,
/// because a relative one leads astray if a checkout is reached through a link, or through a mount at another depth.
/// The private folders of worktrees have absolute paths too. The pool's file <c>place</c> says where the pool was when
/// its paths were written last, and on which machine: a container that has the pool mounted elsewhere must not change
/// the paths of those outside.
/// </summary>
internal sealed class PoolMove(PoolFolder folder, PoolDatabase database)
{
    private const string Alternates = "objects/info/alternates";

    private int _count;

    /// <summary>True if a pool is where it was. Reads one small file.</summary>
    public static bool IsInPlace(PoolFolder folder) =>
        PlainFile.TryReadText(FileOf(folder))?.StartsWith(folder.Path + "\n", StringComparison.Ordinal) == true;

    /// <summary>Follows a pool that was moved or copied on this machine.</summary>
    /// <returns>What the user is told; null if nothing was done.</returns>
    public string? Follow()
    {
        var lines = ReadPlace();
        if (lines is not [var last, var machine])
        {
            // An older gitproc made the pool, and did not write on which machine.
            var known = FindLast();
            Write(known ?? folder.Path, known is null || known == folder.Path ? Machine : "");
            return null;
        }

        if (last == folder.Path || machine != Machine || IsSame(last))
            return null;
        using var alone = Lock();
        if (IsInPlace(folder))
            return null;
        var isCopy = File.Exists(Path.Combine(last, Path.GetFileName(folder.Database)));
        Rewrite(isCopy);
        return $"the pool was {(isCopy ? "copied" : "moved")} from {last}; "
            + "what borrows from its base repositories finds them again";
    }

    /// <summary>Lets all that borrows from the base repositories of this pool find them, wherever they were.</summary>
    public int Repair()
    {
        using var alone = Lock();
        Rewrite(isCopy: ReadPlace() is [var last, _] && last != folder.Path && Directory.Exists(last));
        return _count;
    }

    private FileLock Lock() => FileLock.Acquire(
        Path.Combine(folder.Path, "locks", "place.lock"),
        "leads checkouts back to their base repositories",
        reports: null,
        CancellationToken.None);

    private static string Machine => $"{ProcessPlace.Current.Host} {ProcessPlace.Current.Namespace}";

    private static string FileOf(PoolFolder folder) => Path.Combine(folder.Path, "place");

    private string[] ReadPlace() => PlainFile.TryReadText(FileOf(folder))?.TrimEnd('\n').Split('\n') ?? [];

    private void Write(string path, string machine) =>
        WholeFile.Write(FileOf(folder), Encoding.UTF8.GetBytes($"{path}\n{machine}\n"));

    // Finds it from the files of a base repository.
    private string? FindLast()
    {
        foreach (var (relative, basePath) in Bases())
        {
            var end = $"/base/{relative}/objects";
            var line = PlainFile.TryReadText(Path.Combine(TemplateRepository.Of(basePath), Alternates))?.TrimEnd('\n');
            if (line?.EndsWith(end, StringComparison.Ordinal) == true)
                return Path.GetFullPath(line[..^end.Length]);
        }

        return null;
    }

    // True if both paths lead to one folder, which is mounted twice or has two names.
    private bool IsSame(string last)
    {
        var probe = $"place-{Guid.NewGuid():N}";
        var file = Path.Combine(folder.Temporary, probe);
        File.WriteAllText(file, "");
        try
        {
            return File.Exists(Path.Combine(last, Path.GetFileName(folder.Temporary), probe));
        }
        finally
        {
            File.Delete(file);
        }
    }

    // The file that says where the pool is comes last. If this ends before, all of it is done again.
    private void Rewrite(bool isCopy)
    {
        foreach (var (_, basePath) in Bases())
        {
            WriteAlternates(TemplateRepository.Of(basePath));
            if (!isCopy && LocalRepository.At(basePath) is { } place && Worktrees.Of(basePath).Count > 0)
                LinkRepair.RepairAll(place);
        }

        foreach (var row in database.Checkouts.All())
        {
            var place = folder.Place(row);
            if (place.IsWorktree)
                WriteWorktree(place);
            else if (Paths.IsFolder(place.Path))
                WriteAlternates(place.GitDirectory);
            foreach (var module in NestedRepositories.GitDirectories(place.GitDirectory))
                WriteAlternates(module);
        }

        // Another process may remove one meanwhile.
        foreach (var rescue in Directory.EnumerateDirectories(folder.Rescues))
            WriteAlternates(rescue);
        Write(folder.Path, Machine);
    }

    private IEnumerable<(string Relative, string Path)> Bases() =>
        database.Repositories.All()
            .Select(row => (Relative: row.Base, Path: folder.Base(row.Base)))
            .Where(found => Directory.Exists(found.Path));

    private void WriteAlternates(string gitDirectory)
    {
        using var root = Paths.IsFolder(gitDirectory) ? RawFolder.TryOpen(gitDirectory) : null;
        if (root is null || RawTree.Read(root, RawText.FromText(Alternates)) is not { } content)
            return;
        var bases = Bases().Select(found => (
            End: RawText.Create($"/base/{found.Relative}/objects"),
            Now: RawText.FromText(Paths.ForGit($"{found.Path}/objects")))).ToList();
        var lines = content.Split('\n').Select(line =>
            bases.Find(found => line.EndsWith(found.End)) is { Now.Length: > 0 } found ? found.Now : line);
        var wanted = RawText.Join('\n', lines);
        if (wanted == content)
            return;
        RawTree.Replace(root, RawText.FromText(Alternates), wanted, ".gitproc"u8);
        _count++;
    }

    private void WriteWorktree(CheckoutPlace place)
    {
        if (!Directory.Exists(place.GitDirectory))
            return;
        using (var own = RawFolder.Open(place.GitDirectory))
        {
            var gitdir = RawText.Create($"{Paths.ForGit(place.GitEntry)}\n");
            if (RawTree.Read(own, "gitdir"u8) == gitdir)
                return;
            RawTree.Replace(own, "gitdir"u8, gitdir, ".gitproc"u8);
        }

        _count++;
        if (!Paths.IsFolder(place.Path) || Paths.IsFolder(place.GitEntry))
            return;
        using var root = RawFolder.TryOpen(place.Path);
        if (root is not null)
            new PristineWorktree(place).WriteGitFile(root);
    }
}
