using Gitproc.Files;
using Gitproc.Registry;

namespace Gitproc.Leases;

/// <summary>
/// The lease of a checkout in its git directory, as <c>gitproc/lease</c>. The database decides who holds a checkout.
/// The file is there for the loss of the database, and shows when a database was put back from an older copy. For the
/// order in which the two are written, see <c>Lifecycle</c>.
/// </summary>
internal static class LeaseFile
{
    private const string FolderName = "gitproc";
    private const string FileName = "lease";

    /// <summary>The absolute path of the folder for the files that gitproc writes into a checkout.</summary>
    public static string Folder(string gitDirectory) => Path.Combine(gitDirectory, FolderName);

    /// <summary>Writes a lease that was just granted, unless the file has the lease of another live holder.</summary>
    /// <param name="replaced">The lease that the new one replaces; null for none.</param>
    /// <returns>The lease of the other holder; null if there is none, or if the folder is gone.</returns>
    public static Lease? Write(string gitDirectory, Lease lease, Lease? replaced)
    {
        try
        {
            return WriteIn(gitDirectory, lease, replaced);
        }
        catch (Exception e) when (IsGone(e))
        {
            // The check of the folder that follows finds that it is gone.
            return null;
        }
    }

    private static Lease? WriteIn(string gitDirectory, Lease lease, Lease? replaced)
    {
        var folder = Folder(gitDirectory);
        if (!Paths.IsFolder(folder))
        {
            if (!Directory.Exists(gitDirectory))
                return null;
            using var parent = RawFolder.Open(gitDirectory);
            RawTree.MakeFolder(parent, RawText.FromText(FolderName));
        }

        var isNew = false;
        FileMove.Patiently(() => isNew = TryCreate(FileIn(folder), lease));
        if (isNew)
            return null;
        if (Read(gitDirectory) is { } there && there.Id != replaced?.Id && there.Id != lease.Id && IsLive(there))
            return there;
        Replace(gitDirectory, lease);
        return null;
    }

    public static void Update(string gitDirectory, Lease lease)
    {
        try
        {
            Replace(gitDirectory, lease);
        }
        catch (Exception e) when (IsGone(e))
        {
            // The check of the folder that follows finds that it is gone.
        }
    }

    public static void Remove(string gitDirectory)
    {
        var file = FileIn(Folder(gitDirectory));
        try
        {
            FileMove.Patiently(() => File.Delete(file));
        }
        catch (DirectoryNotFoundException)
        {
            // The folder was removed.
        }
        catch (UnauthorizedAccessException) when (Directory.Exists(file))
        {
            FolderRemoval.Remove(file);
        }
    }

    /// <summary>Removes the lease of a checkout that may be damaged or not writable.</summary>
    public static void TryRemove(string gitDirectory)
    {
        try
        {
            Remove(gitDirectory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // If the database is lost, a repair treats the checkout as locked, which is the safe choice.
        }
    }

    /// <summary>True if there is a lease, readable or not.</summary>
    public static bool Exists(string gitDirectory) => Path.Exists(FileIn(Folder(gitDirectory)));

    public static Lease? Read(string gitDirectory) =>
        PlainFile.TryReadText(FileIn(Folder(gitDirectory))) is { } text ? LeaseJson.Read(text) : null;

    /// <summary>
    /// Finds a live holder that the database does not know, because it was put back from an older copy. Check this
    /// before you make or remove the folder of a checkout.
    /// </summary>
    /// <param name="knownId">The id of the lease in the database; null for none.</param>
    /// <returns>The lease of the unknown holder; null if there is none.</returns>
    public static Lease? FindUnknownHolder(string gitDirectory, string? knownId) =>
        Read(gitDirectory) is { } there && there.Id != knownId && IsLive(there) ? there : null;

    private static bool IsLive(Lease lease) => new OwnerLives().WhyOver(lease) is null;

    // The folder was removed at this moment. If it has been made again since, only the file is missing.
    private static bool IsGone(Exception error) => error is DirectoryNotFoundException or FileNotFoundException;

    private static string FileIn(string folder) => Path.Combine(folder, FileName);

    private static bool TryCreate(string file, Lease lease)
    {
        try
        {
            using var stream = new FileStream(
                file, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0);
            stream.Write(System.Text.Encoding.UTF8.GetBytes(LeaseJson.Write(lease)));
            return true;
        }
        catch (IOException e) when (NewFile.IsTaken(e))
        {
            return false;
        }
    }

    // A job may have put anything in this place, so no link is followed, and anything in the way is removed.
    private static void Replace(string gitDirectory, Lease lease)
    {
        using var folder = RawFolder.Open(gitDirectory);
        RawTree.Replace(
            folder, RawText.Create($"{FolderName}/{FileName}"), RawText.FromText(LeaseJson.Write(lease)), ".new"u8);
    }
}
