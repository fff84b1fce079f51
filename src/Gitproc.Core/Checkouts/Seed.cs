using System.Globalization;
using Gitproc.Checkouts.Recycling;
using Gitproc.Files;
using Gitproc.Registry;

namespace Gitproc.Checkouts;

/// <summary>
/// The seed of a repository: a clean checkout that nobody has held and nobody works in. Where the pool is on btrfs, new
/// checkouts begin as snapshots of it (<see cref="Subvolume"/>), with their tracked files and their index.
/// </summary>
/// <remarks>
/// <para>
/// A seed is itself a snapshot of a checkout that was just made, before its hooks ran and before its holder got it. It
/// is replaced when one is made at a newer commit of the default branch. So it never has what a job has left, and no
/// ignored files. A new checkout at another commit begins as a snapshot too, and git changes the files that differ.
/// </para>
/// <para>
/// Nothing locks a seed. A snapshot is made in one step. Then btrfs tells whether anything in the seed has changed
/// since it was made. If so, the files of the snapshot are compared with the record of the seed, which takes longer the
/// more files there are. If somebody has written into the seed, or another process has just replaced it, the checkout
/// is made without it. A kill leaves a folder in <c>tmp</c>.
/// </para>
/// </remarks>
internal sealed class Seed(PoolFolder folder, RepositoryRow repository)
{
    private string Place => folder.Seed(repository.Base);

    private string Files => FilesIn(Place);

    private string Record => RecordIn(Place);

    private string Change => ChangeIn(Place);

    /// <summary>Makes a folder with the files and the git directory of the seed.</summary>
    /// <param name="path">An absolute path where nothing is.</param>
    /// <returns>The record of the files; null if there is no seed to use. Then nothing is at the path.</returns>
    public TreeRecord? TryGrow(string path, CancellationToken cancellationToken)
    {
        try
        {
            return Directory.Exists(Place) ? Grow(path, cancellationToken) : null;
        }
        catch (IOException)
        {
            // Another process has just replaced the seed.
            FolderRemoval.Remove(path);
            return null;
        }
    }

    private TreeRecord? Grow(string path, CancellationToken cancellationToken)
    {
        // First: if the seed is replaced from here on, the snapshot has another number.
        var known = File.Exists(Change) ? File.ReadAllText(Change) : null;
        if (TreeRecord.TryRead(Record) is not { } record)
            return null;
        if (!Subvolume.TrySnapshot(Files, path))
            return null;
        var change = TextOf(Subvolume.LastChange(Files));
        if (change is not null && change == known)
            return record;
        if (record.IsOf(path, cancellationToken))
        {
            File.WriteAllText(Change, change);
            return record;
        }

        FolderRemoval.Remove(path);
        Remove();
        return null;
    }

    /// <summary>Makes a checkout the seed, unless the seed is at the same commit. The checkout stays.</summary>
    /// <param name="checkout">The checkout, which nobody works in, with its record.</param>
    /// <param name="isNewest">True if it is at the default branch; other commits are kept only if there is no seed.
    /// </param>
    public void Take(CheckoutPlace checkout, string? commit, bool isNewest)
    {
        if (commit is null || (Directory.Exists(Place) && (!isNewest || TreeRecord.CommitOf(Record) == commit)))
            return;
        var made = folder.Unfinished(checkout.Name, "seed");
        try
        {
            Directory.CreateDirectory(made);
            if (!Subvolume.TrySnapshot(checkout.Path, FilesIn(made)))
                return;
            TreeRecord.Copy(folder.Record(checkout.Name), RecordIn(made));
            File.WriteAllText(ChangeIn(made), TextOf(Subvolume.LastChange(FilesIn(made))));
            Remove();
            Directory.CreateDirectory(Path.GetDirectoryName(Place)!);
            FileMove.Folder(made, Place);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process has just made one, or the disk is full. Checkouts can be made without a seed.
        }
        finally
        {
            Delete(made);
        }
    }

    /// <summary>Removes the seed, if there is one.</summary>
    public void Remove()
    {
        if (!Directory.Exists(Place))
            return;
        // Renamed first, so that nobody finds half of it.
        var doomed = folder.Unfinished($"seed-{repository.Id}");
        FileMove.Folder(Place, doomed);
        Delete(doomed);
    }

    // The subvolume first and by itself, because that can be done at once.
    private static void Delete(string place)
    {
        FolderRemoval.TryRemove(FilesIn(place));
        FolderRemoval.TryRemove(place);
    }

    private static string FilesIn(string place) => Path.Combine(place, "checkout");

    private static string RecordIn(string place) => Path.Combine(place, "record");

    private static string ChangeIn(string place) => Path.Combine(place, "change");

    private static string? TextOf(long? change) => change?.ToString(CultureInfo.InvariantCulture);
}
