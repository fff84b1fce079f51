using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Gitproc.Interop;
using Gitproc.Text;
using Microsoft.Win32.SafeHandles;

namespace Gitproc.Files;

/// <summary>A folder on Linux or macOS, by openat(2) and its like.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed unsafe class UnixFolder : RawFolder
{
    private const int MaxTargetLength = 65536;
    private const uint OwnFolder = 0b111_000_000;
    private const uint OwnFile = 0b110_000_000;
    private const uint NewFile = 0b110_110_110;
    private const uint NewProgram = 0b111_111_111;

    // There may be thousands of nested folders, and a process may have only a thousand files open. So the first folders
    // from the top stay open, and below these one of as many. The others are closed while a folder in them is open, and
    // are opened again from the nearest open one.
    private const int MaxOpen = 32;

    private readonly UnixFolder? _parent;
    private readonly RawText _name;
    private readonly int _depth;
    private readonly bool _keepsModes;
    private SafeFileHandle? _handle;
    private bool _isDisposed;

    private UnixFolder(SafeFileHandle handle, UnixFolder? parent, RawText name, bool keepsModes)
    {
        _handle = handle;
        _parent = parent;
        _name = name;
        _keepsModes = keepsModes;
        _depth = parent is null ? 0 : parent._depth + 1;
    }

    private int Descriptor => (int)(_handle ??= OpenAgain()).DangerousGetHandle();

    private bool MayBeClosed => _isDisposed || (_depth > MaxOpen && _depth % MaxOpen != 0);

    public static new UnixFolder? TryOpen(string path) => TryOpen(path, keepsModes: false);

    /// <param name="keepsModes">True to change the mode of nothing.</param>
    public static UnixFolder? TryOpen(string path, bool keepsModes) =>
        OpenFolder(LibC.CurrentFolder, RawText.FromText(path), 0, parent: null, keepsModes);

    /// <summary>Looks at a path, which is as for <see cref="LibC.OpenAt"/>.</summary>
    public static bool TryStat(int folder, byte* path, int flags, out FileStat stat)
    {
        var result = stackalloc byte[256];
        var status = OperatingSystem.IsMacOS()
            ? LibC.FStatAt(folder, path, result, flags)
            : LibC.StatX(folder, path, flags, LibC.BasicStats, result);
        stat = status != 0 ? default : OperatingSystem.IsMacOS() ? OfMac(result) : OfLinux(result);
        return status == 0;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(RawText Name, EntryKind Kind)> Entries()
    {
        // Opened again, because closing the stream closes its descriptor.
        var again = LibC.OpenAt(Descriptor, Bytes("."u8), LibC.ReadOnly | LibC.MustBeFolder | LibC.CloseOnExecute, 0);
        if (again < 0)
            throw Failure("."u8);
        var stream = LibC.FDOpenDir(again);
        var entries = new List<(RawText, EntryKind)>();
        try
        {
            while (LibC.ReadDir(stream) is var entry && entry != null)
            {
                // struct dirent: d_ino, d_off, d_reclen, then d_type on Linux, and d_namlen and d_type on macOS.
                var typeAt = OperatingSystem.IsMacOS() ? 20 : 18;
                var name = RawText.FromBytes(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + typeAt + 1));
                if (name != "."u8 && name != ".."u8)
                    entries.Add((name, KindOf(name, entry[typeAt])));
            }
        }
        finally
        {
            _ = LibC.CloseDir(stream);
        }

        return entries;
    }

    /// <inheritdoc/>
    public override EntryKind? Find(RawText name)
    {
        if (ReadLink(name) is not null)
            return EntryKind.Link;
        if (!IsName(name))
            return null;
        using var folder = OpenFolder(Descriptor, name, LibC.DoNotFollow, parent: null, _keepsModes);
        if (folder is not null)
            return EntryKind.Folder;
        return LibC.FAccessAt(Descriptor, Bytes(name), 0, 0) == 0 ? EntryKind.File : null;
    }

    /// <inheritdoc/>
    public override RawFolder? TryOpenFolder(RawText name)
    {
        var folder = IsName(name) ? OpenFolder(Descriptor, name, LibC.DoNotFollow, parent: this, _keepsModes) : null;
        if (folder is not null && MayBeClosed)
            Close();
        return folder;
    }

    /// <inheritdoc/>
    public override void CreateFolder(RawText name)
    {
        if (LibC.MkDirAt(Descriptor, NewName(name), NewProgram) != 0 && Marshal.GetLastPInvokeError() != Errno.Exists)
            throw Failure(name);
    }

    /// <inheritdoc/>
    public override RawFile? TryOpenFile(RawText name)
    {
        // A folder could be opened too.
        if (ModeOf(name) is not { } mode)
            return null;
        var bytes = Bytes(name);
        var flags = LibC.ReadOnly | LibC.DoNotFollow | LibC.DoNotWait | LibC.CloseOnExecute;
        var descriptor = LibC.OpenAt(Descriptor, bytes, flags, 0);
        if (descriptor < 0 && !_keepsModes && Marshal.GetLastPInvokeError() == Errno.AccessDenied)
        {
            _ = LibC.FChModAt(Descriptor, bytes, OwnFile, 0);
            descriptor = LibC.OpenAt(Descriptor, bytes, flags, 0);
        }

        if (descriptor < 0)
            return
                Marshal.GetLastPInvokeError() is var error
                && (IsNothing(error) || error == Errno.NoDevice || error == Errno.TooManyLinks)
                ? null
                : throw Failure(name);
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            _ = RandomAccess.GetLength(handle);
            return new RawFile(new FileStream(handle, FileAccess.Read, bufferSize: 0), mode);
        }
        catch (NotSupportedException)
        {
            // It is a pipe by now, which has no length.
            handle.Dispose();
            return null;
        }
    }

    /// <inheritdoc/>
    public override void SetMode(RawText name, UnixFileMode mode)
    {
        // fchmodat(2) would change the target of a link.
        if (ReadLink(name) is null && LibC.FChModAt(Descriptor, Bytes(name), (uint)mode, 0) != 0)
            throw Failure(name);
    }

    /// <inheritdoc/>
    public override FileStat? StatOf(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || name.SequenceEqual(".."u8) || name.ContainsAny((byte)'/', (byte)0))
            return null;
        return StatAt(name);
    }

    /// <inheritdoc/>
    public override FileStat? StatAt(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty)
            path = "."u8;
        // This is called for tens of thousands of paths.
        Span<byte> bytes = path.Length < 256 ? stackalloc byte[path.Length + 1] : new byte[path.Length + 1];
        path.CopyTo(bytes);
        bytes[^1] = 0;
        fixed (byte* start = bytes)
        {
            if (TryStat(Descriptor, start, LibC.DoNotFollowAt, out var stat))
                return stat;
        }

        return IsNothing(Marshal.GetLastPInvokeError()) ? null : throw Failure(RawText.FromBytes(path));
    }

    /// <inheritdoc/>
    public override FileStream CreateFile(RawText name, bool isExecutable)
    {
        var descriptor = LibC.OpenAt(
            Descriptor,
            NewName(name),
            LibC.WriteOnly | LibC.CreateNew | LibC.CloseOnExecute,
            isExecutable ? NewProgram : NewFile);
        if (descriptor < 0)
            throw Failure(name);
        return new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Write);
    }

    /// <inheritdoc/>
    public override RawText? ReadLink(RawText name)
    {
        if (!IsName(name))
            return null;
        Span<byte> target = stackalloc byte[512];
        var length = ReadLinkInto(name, target);
        if (length == target.Length)
        {
            target = new byte[MaxTargetLength];
            length = ReadLinkInto(name, target);
        }

        if (length >= 0)
            return RawText.FromBytes(target[..length]);
        return Marshal.GetLastPInvokeError() is var error && (IsNothing(error) || error == Errno.InvalidArgument)
            ? null
            : throw Failure(name);
    }

    /// <inheritdoc/>
    public override void CreateLink(RawText name, RawText target)
    {
        if (LibC.SymLinkAt(Bytes(target), Descriptor, NewName(name)) != 0)
            throw Failure(name);
    }

    /// <inheritdoc/>
    public override void Rename(RawText name, RawText newName)
    {
        if (LibC.RenameAt(Descriptor, NewName(name), Descriptor, NewName(newName)) != 0)
            throw Failure(name);
    }

    /// <inheritdoc/>
    public override void RemoveFile(RawText name)
    {
        if (IsName(name) && Unlink(name, 0) != 0 && !IsNothing(Marshal.GetLastPInvokeError()))
            throw Failure(name);
    }

    /// <inheritdoc/>
    public override bool RemoveFolder(RawText name)
    {
        if (!IsName(name) || Unlink(name, LibC.RemoveFolder) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        if (error != Errno.NoFolder && IsNothing(error))
            return true;
        return error == Errno.NotEmpty || error == Errno.Exists ? false : throw Failure(name);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _isDisposed = true;
        Close();
    }

    private void Close()
    {
        _handle?.Dispose();
        _handle = null;
    }

    private SafeFileHandle OpenAgain()
    {
        var parent = _parent ?? throw new ObjectDisposedException(nameof(UnixFolder));
        var descriptor = LibC.OpenAt(
            parent.Descriptor,
            Bytes(_name),
            LibC.ReadOnly | LibC.MustBeFolder | LibC.DoNotFollow | LibC.CloseOnExecute,
            0);
        var failure = descriptor < 0 ? Failure(_name) : null;
        if (parent.MayBeClosed)
            parent.Close();
        return failure is null ? new SafeFileHandle(descriptor, ownsHandle: true) : throw failure;
    }

    private static UnixFolder? OpenFolder(int at, RawText name, int flags, UnixFolder? parent, bool keepsModes)
    {
        var bytes = Bytes(name);
        flags |= LibC.ReadOnly | LibC.MustBeFolder | LibC.CloseOnExecute;
        var descriptor = LibC.OpenAt(at, bytes, flags, 0);
        var error = Marshal.GetLastPInvokeError();
        if (descriptor < 0
            && !keepsModes
            && error == Errno.AccessDenied
            && LibC.FChModAt(at, bytes, OwnFolder, 0) == 0)
        {
            descriptor = LibC.OpenAt(at, bytes, flags, 0);
            error = Marshal.GetLastPInvokeError();
        }

        if (descriptor < 0)
            return IsNothing(error) || error == Errno.TooManyLinks ? null : throw Failure(name);
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        // The names in a folder that may be read but not entered cannot be used, and nothing can be removed from one
        // that may not be written.
        if (!keepsModes && (uint)File.GetUnixFileMode(handle) is var mode && (mode & OwnFolder) != OwnFolder)
            _ = LibC.FChMod(descriptor, mode | OwnFolder);
        return new UnixFolder(handle, parent, name, keepsModes);
    }

    // struct statx.
    private static FileStat OfLinux(byte* stat) => new()
    {
        Mode = *(ushort*)(stat + 28),
        User = *(uint*)(stat + 20),
        Group = *(uint*)(stat + 24),
        Inode = (uint)*(ulong*)(stat + 32),
        Size = (uint)*(ulong*)(stat + 40),
        ChangedSeconds = (uint)*(long*)(stat + 96),
        ChangedNanoseconds = *(uint*)(stat + 104),
        ModifiedSeconds = (uint)*(long*)(stat + 112),
        ModifiedNanoseconds = *(uint*)(stat + 120),
    };

    // struct stat with inodes of 64 bits.
    private static FileStat OfMac(byte* stat) => new()
    {
        Mode = *(ushort*)(stat + 4),
        User = *(uint*)(stat + 16),
        Group = *(uint*)(stat + 20),
        Inode = (uint)*(ulong*)(stat + 8),
        Size = (uint)*(ulong*)(stat + 96),
        ChangedSeconds = (uint)*(long*)(stat + 64),
        ChangedNanoseconds = (uint)*(long*)(stat + 72),
        ModifiedSeconds = (uint)*(long*)(stat + 48),
        ModifiedNanoseconds = (uint)*(long*)(stat + 56),
    };

    private int Unlink(RawText name, int flags) => LibC.UnlinkAt(Descriptor, Bytes(name), flags);

    private int ReadLinkInto(RawText name, Span<byte> target)
    {
        fixed (byte* start = Bytes(name), into = target)
            return (int)LibC.ReadLinkAt(Descriptor, start, into, target.Length);
    }

    // d_type, which is DT_UNKNOWN on some file systems.
    private EntryKind KindOf(RawText name, byte type) => type switch
    {
        8 => EntryKind.File,
        4 => EntryKind.Folder,
        10 => EntryKind.Link,
        0 => Find(name) ?? EntryKind.Other,
        _ => EntryKind.Other,
    };

    private static Exception Failure(RawText name)
    {
        var error = Marshal.GetLastPInvokeError();
        var message = $"{PrintableText.Of(name.ToText())}: {Marshal.GetPInvokeErrorMessage(error)}";
        return error is Errno.AccessDenied or Errno.NotPermitted
            ? new UnauthorizedAccessException(message)
            : new IOException(message);
    }

    // In an index or a ref that a job wrote, any bytes can be a name. The system would take some for a path to another
    // folder, or would cut them at a zero byte. No entry can have such a name.
    private static bool IsName(RawText raw) =>
        raw.Length > 0 && raw != ".."u8 && !raw.Contains('/') && !raw.Contains('\0');

    private static bool IsNothing(int error) =>
        error is Errno.NoEntry or Errno.NoFolder || error == Errno.NameTooLong || error == Errno.IllegalBytes;

    private static byte[] NewName(RawText raw) =>
        IsName(raw)
            ? Bytes(raw)
            : throw new IOException($"No file can have the name '{PrintableText.Of(raw.ToText())}'.");

    private static byte[] Bytes(RawText raw)
    {
        var bytes = new byte[raw.Length + 1];
        raw.CopyTo(bytes);
        return bytes;
    }
}
