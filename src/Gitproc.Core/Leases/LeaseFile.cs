namespace Gitproc.Leases;

/// <summary>
/// The lease of a checkout, written into its git directory: <c>gitproc/lease</c>. The database is the truth; this
/// is what is left when it is lost, and what shows that a database is older than the checkouts.
/// </summary>
internal static class LeaseFile
{
    /// <summary>The folder for what gitproc writes into a checkout.</summary>
    /// <param name="gitDirectory">The checkout's git directory.</param>
    /// <returns>Its absolute path.</returns>
    public static string Folder(string gitDirectory) => Path.Combine(gitDirectory, "gitproc");

    /// <summary>Writes the lease that was just granted.</summary>
    /// <param name="gitDirectory">The checkout's git directory; where it is not there, nothing is written.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="replaced">The lease it was granted in the place of; null for none.</param>
    /// <returns>Null; the lease of somebody else that is there instead and is not over.</returns>
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
        if (!Directory.Exists(folder))
        {
            if (!Directory.Exists(Path.GetDirectoryName(folder)))
                return null;
            Directory.CreateDirectory(folder);
        }

        var file = FileIn(folder);
        if (TryCreate(file, lease))
            return null;
        if (Read(gitDirectory) is { } there && there.Id != replaced?.Id && there.Id != lease.Id && new OwnerLives().WhyOver(there) is null)
            return there;
        Replace(file, lease);
        return null;
    }

    /// <summary>Writes the changed lease of a checkout.</summary>
    /// <param name="gitDirectory">The checkout's git directory; where it is not there, nothing is written.</param>
    /// <param name="lease">The lease.</param>
    public static void Update(string gitDirectory, Lease lease)
    {
        try
        {
            Replace(FileIn(Folder(gitDirectory)), lease);
        }
        catch (Exception e) when (IsGone(e))
        {
            // As in Write.
        }
    }

    /// <summary>Takes the lease away.</summary>
    /// <param name="gitDirectory">The checkout's git directory.</param>
    public static void Remove(string gitDirectory)
    {
        try
        {
            File.Delete(FileIn(Folder(gitDirectory)));
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody has removed the folder.
        }
    }

    /// <summary>Takes the lease of a checkout away that may be damaged, or not ours to write to.</summary>
    /// <param name="gitDirectory">The checkout's git directory.</param>
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
    /// <param name="gitDirectory">The checkout's git directory.</param>
    /// <returns>True when one is.</returns>
    public static bool Exists(string gitDirectory) => File.Exists(FileIn(Folder(gitDirectory)));

    /// <summary>Reads the lease.</summary>
    /// <param name="gitDirectory">The checkout's git directory.</param>
    /// <returns>The lease; null when there is none, or none that can be read.</returns>
    public static Lease? Read(string gitDirectory)
    {
        try
        {
            return LeaseJson.Read(File.ReadAllText(FileIn(Folder(gitDirectory))));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Somebody has removed the folder in this moment. It may be there again by now: then only the file is missing.
    private static bool IsGone(Exception error) => error is DirectoryNotFoundException or FileNotFoundException;

    private static string FileIn(string folder) => Path.Combine(folder, "lease");

    private static bool TryCreate(string file, Lease lease)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
            stream.Write(System.Text.Encoding.UTF8.GetBytes(LeaseJson.Write(lease)));
            return true;
        }
        catch (IOException) when (File.Exists(file))
        {
            return false;
        }
    }

    private static void Replace(string file, Lease lease)
    {
        var next = file + ".new";
        File.WriteAllText(next, LeaseJson.Write(lease));
        File.Move(next, file, overwrite: true);
    }
}
