using System.Buffers.Binary;
using System.Runtime.Versioning;
using System.Text;
using Gitproc.Interop;

namespace Gitproc.Files;

/// <summary>
/// Folders that btrfs can copy as a whole: subvolumes. A snapshot of one takes the same time for any number of files,
/// and shares all their blocks. Each file in it has the inode and the times of its original, so git reads none again.
/// </summary>
/// <remarks>
/// On other file systems these methods do nothing and return false. A user may make subvolumes and snapshots of their
/// own, but may remove one at once only if the mount has the option <c>user_subvol_rm_allowed</c> (btrfs(5)). Without
/// it, a subvolume is removed like any other folder. Files cannot be linked or renamed from one subvolume to another; a
/// subvolume itself can be renamed.
/// </remarks>
internal static class Subvolume
{
    // linux/btrfs.h: _IOW(0x94, number, 4096 bytes).
    private const nuint CreateRequest = 0x5000_940E;
    private const nuint DestroyRequest = 0x5000_940F;
    private const nuint SnapshotRequest = 0x5000_9417;

    // _IOR(0x94, 60, struct btrfs_ioctl_get_subvol_info_args), and where that has ctransid.
    private const nuint InformationRequest = 0x81F8_943C;
    private const int InformationLength = 504;
    private const int ChangeOffset = 344;

    // struct btrfs_ioctl_vol_args: a descriptor, then the name. Of the second version, the name comes after the
    // descriptor, a transaction, flags and four unused numbers.
    private const int ArgumentsLength = 4096;
    private const int NameOffset = 8;
    private const int SecondNameOffset = 8 * 7;

    // BTRFS_VOL_NAME_MAX.
    private const int MaxName = 255;

    /// <summary>Makes an empty subvolume.</summary>
    /// <param name="path">An absolute path where nothing is.</param>
    public static bool TryCreate(string path) =>
        OperatingSystem.IsLinux() && Ask(CreateRequest, path, NameOffset, source: null);

    /// <summary>Makes a snapshot of a subvolume, which can be written to.</summary>
    /// <param name="path">An absolute path where nothing is, on the same file system.</param>
    public static bool TrySnapshot(string source, string path) =>
        OperatingSystem.IsLinux() && Directory.Exists(source)
        && Ask(SnapshotRequest, path, SecondNameOffset, source);

    /// <summary>
    /// Reads the number of the last transaction in which something in a subvolume changed, if only the time of an
    /// access. A change counts when it is on the disk, and a snapshot writes all changes of its source there.
    /// </summary>
    /// <returns>The number; null if it is no subvolume.</returns>
    public static unsafe long? LastChange(string path)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        using var folder = LibC.Open(path, LibC.ReadOnly | LibC.MustBeFolder | LibC.CloseOnExecute);
        var information = new byte[InformationLength];
        fixed (byte* start = information)
        {
            // Linux 6 returns 1 for a subvolume that is below another one.
            return !folder.IsInvalid && LibC.IoCtl(folder, InformationRequest, (nint)start) >= 0
                ? BinaryPrimitives.ReadInt64LittleEndian(information.AsSpan(ChangeOffset))
                : null;
        }
    }

    /// <summary>
    /// Renames a folder. btrfs does not write the time at which a subvolume was renamed: it is lost when the kernel
    /// forgets the folder, and a snapshot does not have it. A change of the mode, even to what it was, writes it.
    /// </summary>
    public static void Move(string source, string path)
    {
        FileMove.Folder(source, path);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, File.GetUnixFileMode(path));
    }

    /// <summary>Removes a subvolume with all that is in it, if it is one and the user may.</summary>
    public static bool TryRemove(string path) =>
        OperatingSystem.IsLinux() && Ask(DestroyRequest, path, NameOffset, source: null);

    [SupportedOSPlatform("linux")]
    private static unsafe bool Ask(nuint request, string path, int nameOffset, string? source)
    {
        var name = Encoding.UTF8.GetBytes(Path.GetFileName(path));
        if (name.Length is 0 or > MaxName)
            return false;
        const int flags = LibC.ReadOnly;
        using var parent = LibC.Open(Path.GetDirectoryName(path)!, flags | LibC.MustBeFolder | LibC.CloseOnExecute);
        using var original = source is null ? null
            : LibC.Open(source, flags | LibC.MustBeFolder | LibC.CloseOnExecute);
        if (parent.IsInvalid || original is { IsInvalid: true })
            return false;
        var arguments = new byte[ArgumentsLength];
        if (original is not null)
            BinaryPrimitives.WriteInt64LittleEndian(arguments, original.DangerousGetHandle());
        name.CopyTo(arguments, nameOffset);
        fixed (byte* start = arguments)
            return LibC.IoCtl(parent, request, (nint)start) == 0;
    }
}
