using System.Runtime.Versioning;
using System.Text;
using Gitproc.Interop;
using Microsoft.Win32.SafeHandles;

namespace Gitproc.Files;

/// <summary>The file system that a folder is on.</summary>
/// <param name="Type">Its type as the system names it, for example <c>ext4</c> or <c>NTFS</c>.</param>
/// <param name="Free">The bytes that the user may still write.</param>
/// <param name="Size">Its size in bytes.</param>
internal sealed record Volume(string Type, long Free, long Size)
{
    // __O_TMPFILE of asm-generic/fcntl.h; O_DIRECTORY belongs to it (open(2)).
    private const int WithoutName = 0x400000;

    private static readonly string[] OfNetwork =
        ["nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "webdav", "9p", "afs", "fuse.sshfs"];

    /// <summary>True if other machines may have the files. SQLite's WAL mode is for one machine.</summary>
    public bool IsOfNetwork => OfNetwork.Contains(Type, StringComparer.Ordinal);

    /// <summary>Finds the file system of a folder that exists.</summary>
    /// <exception cref="IOException">The system does not tell.</exception>
    public static Volume Of(string folder)
    {
        var (free, size) = SpaceOf(folder);
        // On Linux .NET knows types by numbers, and one number stands for ext2, ext3 and ext4.
        var type = OperatingSystem.IsLinux() ? TypeOnLinux(folder) : null;
        return new Volume(type ?? new DriveInfo(folder).DriveFormat, free, size);
    }

    /// <summary>How much space the file system of a folder has: what the user may still write, and all of it.</summary>
    /// <exception cref="IOException">The system does not tell.</exception>
    public static (long Free, long Size) SpaceOf(string folder)
    {
        try
        {
            var drive = new DriveInfo(folder);
            return (drive.AvailableFreeSpace, drive.TotalSize);
        }
        catch (ArgumentException e)
        {
            // On Windows, a share has no drive.
            throw new IOException($"The file system of {folder} is not known: {e.Message}", e);
        }
    }

    /// <summary>
    /// Tries if a file in a folder can share its blocks with a copy of it. On Linux with two files that have no name
    /// and disappear when they are closed; elsewhere the type of the file system says it.
    /// </summary>
    /// <returns>Null if that cannot be found out.</returns>
    public bool? CanCopyOnWrite(string folder)
    {
        if (OperatingSystem.IsLinux())
            return TryOnLinux(folder);
        return Type.Equals(OperatingSystem.IsMacOS() ? "apfs" : "ReFS", StringComparison.OrdinalIgnoreCase);
    }

    [SupportedOSPlatform("linux")]
    private static bool? TryOnLinux(string folder)
    {
        using var source = OpenWithoutName(folder);
        using var copy = OpenWithoutName(folder);
        if (source.IsInvalid || copy.IsInvalid)
            return null;
        try
        {
            RandomAccess.Write(source, new byte[4096], fileOffset: 0);
        }
        catch (IOException)
        {
            // The disk is full.
            return null;
        }

        return LibC.IoCtl(copy, LibC.CloneFile, source.DangerousGetHandle()) == 0;
    }

    [SupportedOSPlatform("linux")]
    private static SafeFileHandle OpenWithoutName(string folder) => new(
        LibC.OpenAt(
            LibC.CurrentFolder,
            Encoding.UTF8.GetBytes(folder + '\0'),
            WithoutName | LibC.MustBeFolder | LibC.ReadWrite | LibC.CloseOnExecute,
            0x180), // 0600
        ownsHandle: true);

    // proc(5), mountinfo: id, parent, device, root, mount point, options, optional fields, "-", type. The last mount
    // on a point hides those before it.
    private static string? TypeOnLinux(string folder)
    {
        string? type = null;
        var longest = -1;
        foreach (var line in File.ReadLines("/proc/self/mountinfo"))
        {
            var fields = line.Split(' ');
            var end = Array.IndexOf(fields, "-");
            if (end < 5 || end + 1 >= fields.Length)
                continue;
            var point = Unescape(fields[4]);
            if (point.Length < longest || !(folder == point || Paths.IsIn(folder, point)))
                continue;
            (type, longest) = (fields[end + 1], point.Length);
        }

        return type;
    }

    // The kernel writes space, tab, line end and backslash as three octal digits.
    private static string Unescape(string point) => point
        .Replace(@"\040", " ", StringComparison.Ordinal)
        .Replace(@"\011", "\t", StringComparison.Ordinal)
        .Replace(@"\012", "\n", StringComparison.Ordinal)
        .Replace(@"\134", @"\", StringComparison.Ordinal);
}
