using Gitproc.Files;
using Gitproc.Registry;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// The rescues of a pool's checkouts. Each is a bare repository, <c>rescues/TIME-LEASE@CHECKOUT.git</c>. It borrows
/// from the base repository, and nothing borrows from it. So no job can read it, and removing its folder removes all of
/// it. Its HEAD is the commit (<see cref="RescueTree"/>). Its <c>description</c> is the commit's message, so a list
/// does not need git. The last step of making a rescue renames it into place, and the first step of removing it renames
/// it away.
/// </summary>
internal sealed class RescueStore(PoolFolder pool)
{
    /// <summary>The branch with the rescue's commit.</summary>
    public const string Branch = "refs/heads/rescue";

    private const string Suffix = ".git";
    private const char Separator = '@';
    private const string Description = "description";

    /// <summary>Makes an empty repository for a rescue, of a few small files.</summary>
    public static void Make(string path, string basePath)
    {
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Path.Combine(path, "refs", "heads"));
        Directory.CreateDirectory(Path.Combine(path, "objects", "pack"));
        Borrow(path, basePath);
        var isSha256 = File.ReadAllText(Path.Combine(basePath, "config"))
            .Contains("objectformat = sha256", StringComparison.OrdinalIgnoreCase);
        File.WriteAllText(
            Path.Combine(path, "config"),
            $"[core]\n\trepositoryformatversion = {(isSha256 ? 1 : 0)}\n\tbare = true\n{(isSha256 ? "[extensions]\n\tobjectFormat = sha256\n" : "")}[gc]\n\tauto = 0\n"
        );
        File.WriteAllText(Path.Combine(path, "HEAD"), $"ref: {Branch}\n");
    }

    /// <summary>Lists the rescues, with the oldest first.</summary>
    public IReadOnlyList<Rescue> List(string checkout = "*") =>
        [
            .. Ids(checkout)
                .Select(Find)
                .OfType<Rescue>()
                .OrderBy(rescue => rescue.RescuedAt)
                .ThenBy(rescue => rescue.Id, StringComparer.Ordinal),
        ];

    /// <summary>Lists the ids, in no order.</summary>
    public IEnumerable<string> Ids(string checkout = "*") =>
        !Directory.Exists(pool.Rescues)
            ? []
            : Directory
                .EnumerateDirectories(pool.Rescues, $"*{Separator}{checkout}{Suffix}")
                .Select(path => Path.GetFileNameWithoutExtension(path).Split(Separator))
                .Where(parts => parts.Length == 2)
                .Select(parts => $"{parts[1]}/{parts[0]}");

    /// <summary>Finds a rescue; null if there is none with this id.</summary>
    public Rescue? Find(string id)
    {
        if (id.Split('/') is not [var checkout, var name] || !IsName(checkout) || !IsName(name))
            return null;
        using var folder = RawFolder.TryOpen(FolderOf(id));
        return folder is not null && RawTree.Read(folder, RawText.FromText(Description)) is { } message
            ? RescueMessage.Read(id, message.ToText())
            : null;
    }

    /// <summary>Gets the place of a rescue's commit.</summary>
    public RescueSource Source(string id, string basePath)
    {
        Borrow(FolderOf(id), basePath);
        return new RescueSource(FolderOf(id), Branch);
    }

    /// <summary>Moves a finished repository into the store.</summary>
    public void Keep(string made, Rescue rescue)
    {
        File.WriteAllText(Path.Combine(made, Description), RescueMessage.Write(rescue));
        Directory.CreateDirectory(pool.Rescues);
        FileMove.Folder(made, FolderOf(rescue.Id));
    }

    /// <summary>Removes a rescue with everything in it; false if it does not exist.</summary>
    public bool Remove(string id)
    {
        if (Find(id) is null)
            return false;
        // Another process that removes it at the same time may be first.
        var doomed = pool.Unfinished("rescue");
        try
        {
            FileMove.Folder(FolderOf(id), doomed);
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }

        FolderRemoval.TryRemove(doomed);
        return true;
    }

    /// <summary>
    /// Removes rescues until the rest fits a limit on disk: undone commits before others, and the oldest first. The
    /// newest rescue always stays.
    /// </summary>
    /// <param name="most">The limit, in bytes.</param>
    public IReadOnlyList<Rescue> TrimTo(long most)
    {
        var all = List()
            .OrderByDescending(rescue => rescue.IsUndone)
            .Select(rescue => (Rescue: rescue, Size: FolderSize.Of(FolderOf(rescue.Id))))
            .ToList();
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

    private static bool IsName(string text) =>
        text.Length > 0
        && text[0] != '.'
        && !text.Contains(Separator, StringComparison.Ordinal)
        && text.IndexOfAny(Path.GetInvalidFileNameChars()) < 0;

    private static void Borrow(string path, string basePath)
    {
        var file = Path.Combine(path, "objects", "info", "alternates");
        var text = Paths.ForGit(Path.Combine(basePath, "objects")) + "\n";
        if (File.Exists(file) && File.ReadAllText(file) == text)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
