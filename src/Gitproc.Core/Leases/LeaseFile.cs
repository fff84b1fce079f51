using Gitproc.Files;
using Gitproc.Registry;

namespace Gitproc.Leases;

/// <summary>
/// The lease of a checkout, written into its git directory: <c>gitproc/lease</c>. The database is the truth; this
/// is what is left when it is lost, and what shows that a database is older than the checkouts.
/// </summary>
internal static class LeaseFile
{
    private const string FolderName = "gitproc";
    private const string FileName = "lease";

    /// <summary>The folder for what gitproc writes into a checkout.</summary>
    public static string Folder(string gitDirectory) => Path.Combine(gitDirectory, FolderName);

    /// <summary>Writes the lease that was just granted.</summary>
    /// <param name="replaced">The lease it was granted in the place of; null for none.</param>
    public static Lease? Write(string gitDirectory, Lease lease, Lease? replaced)
    {
        try
        {
            return WriteIn(gitDirectory, lease, replaced);
        }
        catch (Exception e) when (IsGone(e))
        {
            // The next look at the folder finds that out.
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
            RawTree.MakeFolder(parent, FolderName);
        }

        if (TryCreate(FileIn(folder), lease))
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
            // As in Write.
        }
    }

    public static void Remove(string gitDirectory)
    {
        var file = FileIn(Folder(gitDirectory));
        try
        {
            File.Delete(file);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody has removed the folder.
        }
        catch (UnauthorizedAccessException) when (Directory.Exists(file))
        {
            FolderRemoval.Remove(file);
        }
    }

    /// <summary>Takes the lease of a checkout away that may be damaged, or not ours to write to.</summary>
    public static void TryRemove(string gitDirectory)
    {
        try
        {
            Remove(gitDirectory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A repair after a loss of the database would find it held, which is the safe side.
        }
    }

    /// <summary>Whether a lease is there, readable or not.</summary>
    public static bool Exists(string gitDirectory) => Path.Exists(FileIn(Folder(gitDirectory)));

    public static Lease? Read(string gitDirectory) =>
        PlainFile.TryReadText(FileIn(Folder(gitDirectory))) is { } text ? LeaseJson.Read(text) : null;

    /// <summary>
    /// Who holds a checkout though the database does not know: an older copy of that was put back. Whoever is about to remove or
    /// make a folder asks this first.
    /// </summary>
    /// <param name="knownId">The lease that the database has; null for none.</param>
    /// <returns>The lease of a holder who lives; null when there is no other than the known one.</returns>
    public static Lease? FindUnknownHolder(string gitDirectory, string? knownId) =>
        Read(gitDirectory) is { } there && there.Id != knownId && IsLive(there) ? there : null;

    private static bool IsLive(Lease lease) => new OwnerLives().WhyOver(lease) is null;

    // Somebody has removed the folder in this moment. It may be there again by now: then only the file is missing.
    private static bool IsGone(Exception error) => error is DirectoryNotFoundException or FileNotFoundException;

    private static string FileIn(string folder) => Path.Combine(folder, FileName);

    private static bool TryCreate(string file, Lease lease)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
            stream.Write(System.Text.Encoding.UTF8.GetBytes(LeaseJson.Write(lease)));
            return true;
        }
        catch (IOException) when (Path.Exists(file) || new FileInfo(file).LinkTarget is not null)
        {
            return false;
        }
    }

    // A job may have put anything there: no link is followed, and what is in the way is removed.
    private static void Replace(string gitDirectory, Lease lease)
    {
        using var folder = RawFolder.Open(gitDirectory);
        RawTree.Replace(folder, $"{FolderName}/{FileName}", RawText.OfText(LeaseJson.Write(lease)), ".new");
    }
}
