using System.Runtime.InteropServices;

namespace Gitproc.Files;

/// <summary>
/// What the file system knows of a file, link or folder without reading it, in the 32 bits that git keeps of each value
/// in an index (gitformat-index(5)). No program can set <see cref="ChangedSeconds"/>. So if all values are unchanged,
/// and that second was over at the first look, the content is unchanged too. The default is equal to no file's.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct FileStat
{
    private const uint TypeMask = 0xF000;
    private const uint ExecutableMask = 0x40;

    /// <summary>The time of the last change of the content, in seconds since 1970.</summary>
    public uint ModifiedSeconds { get; init; }

    /// <summary>The nanoseconds of that time.</summary>
    public uint ModifiedNanoseconds { get; init; }

    /// <summary>The time of the last change of anything, also of name and mode, in seconds since 1970.</summary>
    public uint ChangedSeconds { get; init; }

    /// <summary>The nanoseconds of that time.</summary>
    public uint ChangedNanoseconds { get; init; }

    /// <summary>The inode number; 0 on Windows.</summary>
    public uint Inode { get; init; }

    /// <summary>The id of the owner; 0 on Windows.</summary>
    public uint User { get; init; }

    /// <summary>The id of the group; 0 on Windows.</summary>
    public uint Group { get; init; }

    /// <summary>The length in bytes.</summary>
    public uint Size { get; init; }

    /// <summary>
    /// Type and permissions, as in <c>st_mode</c>. Of the permissions, an entry of an index has only the executable
    /// bit.
    /// </summary>
    public uint Mode { get; init; }

    public EntryKind Kind => (Mode & TypeMask) switch
    {
        0x8000 => EntryKind.File,
        0x4000 => EntryKind.Folder,
        0xA000 => EntryKind.Link,
        _ => EntryKind.Other,
    };

    public UnixFileMode Permissions => (UnixFileMode)(Mode & ~TypeMask);

    /// <summary>True if the owner may execute it.</summary>
    public bool IsExecutable => (Mode & ExecutableMask) != 0;

    /// <summary>The later of the two times, in nanoseconds since 1970.</summary>
    public long Newest =>
        Math.Max(Nanoseconds(ModifiedSeconds, ModifiedNanoseconds), Nanoseconds(ChangedSeconds, ChangedNanoseconds));

    /// <summary>The time of the last change of the content, in nanoseconds since 1970.</summary>
    public long Modified => Nanoseconds(ModifiedSeconds, ModifiedNanoseconds);

    /// <summary>True if everything except the mode is the same. An index keeps no more of a file.</summary>
    public bool IsAsInIndex(in FileStat other) => this with { Mode = 0 } == other with { Mode = 0 };

    private static long Nanoseconds(uint seconds, uint rest) => (seconds * 1_000_000_000L) + rest;
}
