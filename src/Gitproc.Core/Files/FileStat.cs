using System.Runtime.InteropServices;

namespace Gitproc.Files;

/// <summary>
/// What the file system says of a file, link or folder without reading it, cut to 32 bits each as git keeps it in an
/// index (gitformat-index(5)). Nobody can set <see cref="ChangedSeconds"/>: where all is as it was, and that time was
/// over when it was looked at, the content is as it was. The default says nothing and equals no file.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct FileStat
{
    private const uint TypeMask = 0xF000;
    private const uint ExecutableMask = 0x40;

    /// <summary>When the content was changed: seconds since 1970.</summary>
    public uint ModifiedSeconds { get; init; }

    /// <summary>The rest of that time in nanoseconds.</summary>
    public uint ModifiedNanoseconds { get; init; }

    /// <summary>When anything of the file was changed, its name and mode too: seconds since 1970.</summary>
    public uint ChangedSeconds { get; init; }

    /// <summary>The rest of that time in nanoseconds.</summary>
    public uint ChangedNanoseconds { get; init; }

    /// <summary>Its number in the file system; 0 on Windows.</summary>
    public uint Inode { get; init; }

    /// <summary>Its owner; 0 on Windows.</summary>
    public uint User { get; init; }

    /// <summary>Its group; 0 on Windows.</summary>
    public uint Group { get; init; }

    /// <summary>Its length in bytes.</summary>
    public uint Size { get; init; }

    /// <summary>
    /// Type and permissions, as <c>st_mode</c>; in an entry of an index no permissions but whether it can be run.
    /// </summary>
    public uint Mode { get; init; }

    /// <summary>What it is.</summary>
    public EntryKind Kind => (Mode & TypeMask) switch
    {
        0x8000 => EntryKind.File,
        0x4000 => EntryKind.Folder,
        0xA000 => EntryKind.Link,
        _ => EntryKind.Other,
    };

    /// <summary>Its permissions.</summary>
    public UnixFileMode Permissions => (UnixFileMode)(Mode & ~TypeMask);

    /// <summary>Whether its owner can run it.</summary>
    public bool IsExecutable => (Mode & ExecutableMask) != 0;

    /// <summary>The later of its two times, in nanoseconds since 1970.</summary>
    public long Newest =>
        Math.Max(Nanoseconds(ModifiedSeconds, ModifiedNanoseconds), Nanoseconds(ChangedSeconds, ChangedNanoseconds));

    /// <summary>When the content was changed, in nanoseconds since 1970.</summary>
    public long Modified => Nanoseconds(ModifiedSeconds, ModifiedNanoseconds);

    /// <summary>Whether all but the permissions is the same: what an index keeps of a file.</summary>
    public bool IsAsInIndex(in FileStat other) => this with { Mode = 0 } == other with { Mode = 0 };

    private static long Nanoseconds(uint seconds, uint rest) => (seconds * 1_000_000_000L) + rest;
}
