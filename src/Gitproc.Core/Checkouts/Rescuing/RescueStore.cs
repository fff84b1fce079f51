using System.Text;
using Gitproc.Files;
using Gitproc.Registry;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// The rescues of a pool's checkouts, each a bare repository of its own: <c>rescues/TIME-LEASE@CHECKOUT.git</c>. It borrows from the base
/// repository and nothing borrows from it, so no job can read it, and with its folder all of it is gone. The commit
/// (<see cref="RescueTree"/>) is its HEAD, and its <c>description</c> is the commit's message, so that a list needs no git. One is
/// made elsewhere and renamed into its place as the last step, and renamed out of it as the first step of its removal.
/// </summary>
internal sealed class RescueStore(PoolFolder pool)
{
    /// <summary>The branch that a rescue's commit is on.</summary>
    public const string Branch = "refs/heads/rescue";

    private const string Suffix = ".git";
    private const char Separator = '@';
    private const string Description = "description";

    /// <summary>Makes an empty repository for a rescue: a few small files.</summary>
    public static void Make(string path, string basePath)
    {
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Path.Combine(path, "refs", "heads"));
        Directory.CreateDirectory(Path.Combine(path, "objects", "pack"));
        Borrow(path, basePath);
        var isSha256 = File.ReadAllText(Path.Combine(basePath, "config")).Contains("objectformat = sha256", StringComparison.OrdinalIgnoreCase);
        File.WriteAllText(
            Path.Combine(path, "config"),
            $"[core]\n\trepositoryformatversion = {(isSha256 ? 1 : 0)}\n\tbare = true\n{(isSha256 ? "[extensions]\n\tobjectFormat = sha256\n" : "")}[gc]\n\tauto = 0\n");
        File.WriteAllText(Path.Combine(path, "HEAD"), $"ref: {Branch}\n");
    }

    /// <summary>Lists them.</summary>
    public IReadOnlyList<Rescue> List(string checkout = "*") => !Directory.Exists(pool.Rescues) ? [] :
    [
        .. Directory.EnumerateDirectories(pool.Rescues, $"*{Separator}{checkout}{Suffix}")
            .Select(path => Path.GetFileNameWithoutExtension(path).Split(Separator)).Where(parts => parts.Length == 2).Select(parts => Find($"{parts[1]}/{parts[0]}")).OfType<Rescue>().OrderBy(rescue => rescue.RescuedAt).ThenBy(rescue => rescue.Id, StringComparer.Ordinal),
    ];

    /// <summary>Finds one.</summary>
    public Rescue? Find(string id)
    {
        if (id.Split('/') is not [var checkout, var name] || !IsName(checkout) || !IsName(name))
            return null;
        using var folder = RawFolder.TryOpen(FolderOf(id));
        return folder is not null && RawTree.Read(folder, Description) is { } message ? RescueMessage.Read(id, Encoding.UTF8.GetString(RawText.ToBytes(message))) : null;
    }

    /// <summary>Where the commit of one is.</summary>
    public RescueSource Source(string id, string basePath)
    {
        Borrow(FolderOf(id), basePath);
        return new RescueSource(FolderOf(id), Branch);
    }

    /// <summary>Takes in a repository that was made.</summary>
    public void Keep(string made, Rescue rescue)
    {
        File.WriteAllText(Path.Combine(made, Description), RescueMessage.Write(rescue));
        Directory.CreateDirectory(pool.Rescues);
        Directory.Move(made, FolderOf(rescue.Id));
    }

    /// <summary>Removes one with all that is in it.</summary>
    public bool Remove(string id)
    {
        if (Find(id) is null)
            return false;
        // Whoever else removes one meanwhile may delete this one too.
        var doomed = pool.Unfinished("rescue");
        try
        {
            Directory.Move(FolderOf(id), doomed);
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }

        FolderRemoval.TryRemove(doomed);
        return true;
    }

    /// <summary>Removes rescues until all take no more on disk than a limit: those of undone commits before others, and the oldest first. The newest stays.</summary>
    /// <param name="most">The most bytes.</param>
    public IReadOnlyList<Rescue> TrimTo(long most)
    {
        var all = List().OrderByDescending(rescue => rescue.IsUndone).Select(rescue => (Rescue: rescue, Size: FolderSize.Of(FolderOf(rescue.Id)))).ToList();
        var total = all.Sum(entry => entry.Size);
        var removed = new List<Rescue>();
        foreach (var (rescue, size) in all.SkipLast(1).TakeWhile(_ => total > most))
        {
            if (Remove(rescue.Id))
                removed.Add(rescue);
            total -= size;
        }

        return removed;
    }

    private string FolderOf(string id)
    {
        var parts = id.Split('/');
        return Path.Combine(pool.Rescues, $"{parts[1]}{Separator}{parts[0]}{Suffix}");
    }

    private static bool IsName(string text) => text.Length > 0 && text[0] != '.' && !text.Contains(Separator, StringComparison.Ordinal) && text.IndexOfAny(Path.GetInvalidFileNameChars()) < 0;

    private static void Borrow(string path, string basePath)
    {
        var file = Path.Combine(path, "objects", "info", "alternates");
        // As git writes paths on Windows too.
        var text = Path.Combine(basePath, "objects").Replace(Path.DirectorySeparatorChar, '/') + "\n";
        if (File.Exists(file) && File.ReadAllText(file) == text)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
