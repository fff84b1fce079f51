using System.Text;
using Gitproc.Files;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// The rescues of a pool's checkouts, each a bare repository of its own: <c>rescues/CHECKOUT/TIME-LEASE.git</c>. It borrows from the base
/// repository and nothing borrows from it, so no job can read it, and with its folder all of it is gone. The commit
/// (<see cref="RescueTree"/>) is its HEAD, and its <c>description</c> is the commit's message, so that a list needs no git. One is
/// made elsewhere and renamed into its place as the last step, and renamed out of it as the first step of its removal.
/// </summary>
/// <param name="pool">The pool.</param>
internal sealed class RescueStore(PoolFolder pool)
{
    /// <summary>The branch that a rescue's commit is on.</summary>
    public const string Branch = "refs/heads/rescue";

    private const string Suffix = ".git";
    private const string Description = "description";

    /// <summary>Makes an empty repository for a rescue: a few small files.</summary>
    /// <param name="path">Where; nothing is there.</param>
    /// <param name="basePath">The base repository.</param>
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
    /// <param name="checkout">The name of the checkout; * for all.</param>
    /// <returns>The rescues, the oldest first.</returns>
    public IReadOnlyList<Rescue> List(string checkout = "*") => !Directory.Exists(pool.Rescues) ? [] :
    [
        .. Directory.EnumerateDirectories(pool.Rescues, checkout)
            .SelectMany(folder => Directory.EnumerateDirectories(folder, "*" + Suffix).Select(path => $"{Path.GetFileName(folder)}/{Path.GetFileNameWithoutExtension(path)}"))
            .Select(Find).OfType<Rescue>().OrderBy(rescue => rescue.RescuedAt).ThenBy(rescue => rescue.Id, StringComparer.Ordinal),
    ];

    /// <summary>Finds one.</summary>
    /// <param name="id">Its id; any text.</param>
    /// <returns>The rescue; null when there is none.</returns>
    public Rescue? Find(string id)
    {
        if (id.Split('/') is not [var checkout, var name] || !IsName(checkout) || !IsName(name))
            return null;
        using var folder = RawFolder.TryOpen(FolderOf(id));
        return folder is not null && RawTree.Read(folder, Description) is { } message ? RescueMessage.Read(id, Encoding.UTF8.GetString(RawText.ToBytes(message))) : null;
    }

    /// <summary>Where the commit of one is.</summary>
    /// <param name="id">Its id; it is there.</param>
    /// <param name="basePath">The base repository, from now on if it was moved.</param>
    /// <returns>The place.</returns>
    public RescueSource Source(string id, string basePath)
    {
        Borrow(FolderOf(id), basePath);
        return new RescueSource(FolderOf(id), Branch);
    }

    /// <summary>Takes in a repository that was made.</summary>
    /// <param name="made">Where it is, in the pool; its commit is there.</param>
    /// <param name="rescue">What it is; nothing of its id is there.</param>
    public void Keep(string made, Rescue rescue)
    {
        File.WriteAllText(Path.Combine(made, Description), RescueMessage.Write(rescue));
        var folder = FolderOf(rescue.Id);
        for (var tries = 0; ; tries++)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
            try
            {
                Directory.Move(made, folder);
                return;
            }
            catch (DirectoryNotFoundException) when (tries < 10)
            {
                // Who removed the last rescue of the checkout in this moment has removed its folder too.
            }
        }
    }

    /// <summary>Removes one with all that is in it.</summary>
    /// <param name="id">Its id; it need not be there.</param>
    /// <returns>Whether it was there.</returns>
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
        try
        {
            Directory.Delete(Path.GetDirectoryName(FolderOf(id))!);
        }
        catch (IOException)
        {
            // There are more.
        }

        return true;
    }

    /// <summary>What one takes on disk.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>Bytes.</returns>
    public long Measure(string id) => FolderSize.Of(FolderOf(id));

    private string FolderOf(string id) => Path.Combine([pool.Rescues, .. (id + Suffix).Split('/')]);

    private static bool IsName(string text) => text.Length > 0 && text[0] != '.' && text.IndexOfAny(Path.GetInvalidFileNameChars()) < 0;

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
