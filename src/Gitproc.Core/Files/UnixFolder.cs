using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Gitproc.Text;
using Microsoft.Win32.SafeHandles;

namespace Gitproc.Files;

/// <summary>A folder of Linux or macOS: openat(2) and its like.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed unsafe partial class UnixFolder : RawFolder
{
    // errno.h; these are the same on Linux and macOS.
    private const int NotPermitted = 1;
    private const int NoEntry = 2;
    private const int NoDevice = 6;
    private const int AccessDenied = 13;
    private const int Exists = 17;
    private const int NoFolder = 20;
    private const int InvalidArgument = 22;

    private const int ReadOnly = 0;
    private const int WriteOnly = 1;
    private const int MaxTargetLength = 65536;
    private const uint OwnFolder = 0b111_000_000;
    private const uint OwnFile = 0b110_000_000;
    private const uint NewFile = 0b110_110_110;
    private const uint NewProgram = 0b111_111_111;

    // sys/stat.h; STATX_BASIC_STATS.
    private const uint BasicStats = 0x7FF;

    // Of folders in folders so many are open from the top on, and of those below each so manieth: the others are closed while one in
    // them is open, and opened again from the nearest one that is. There may be thousands, and a process may have a thousand files open.
    private const int MaxOpen = 32;

    private readonly UnixFolder? _parent;
    private readonly string _name;
    private readonly int _depth;
    private SafeFileHandle? _handle;
    private bool _isDisposed;

    private UnixFolder(SafeFileHandle handle, UnixFolder? parent, string name)
    {
        _handle = handle;
        _parent = parent;
        _name = name;
        _depth = parent is null ? 0 : parent._depth + 1;
    }

    // ENOTEMPTY, ENAMETOOLONG, ELOOP.
    private static int NotEmpty => OperatingSystem.IsMacOS() ? 66 : 39;

    private static int NameTooLong => OperatingSystem.IsMacOS() ? 63 : 36;

    private static int TooManyLinks => OperatingSystem.IsMacOS() ? 62 : 40;

    // AT_FDCWD, AT_REMOVEDIR, AT_SYMLINK_NOFOLLOW.
    private static int CurrentFolder => OperatingSystem.IsMacOS() ? -2 : -100;

    private static int RemoveFolderFlag => OperatingSystem.IsMacOS() ? 0x80 : 0x200;

    private static int DoNotFollowAt => OperatingSystem.IsMacOS() ? 0x20 : 0x100;

    // O_CREAT | O_EXCL
    private static int CreateFlags => OperatingSystem.IsMacOS() ? 0x200 | 0x800 : 0x40 | 0x80;

    private static int CloseOnExecute => OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    // O_NONBLOCK: opening a pipe would wait for the other end.
    private static int DoNotWait => OperatingSystem.IsMacOS() ? 0x4 : 0x800;

    // O_DIRECTORY and O_NOFOLLOW: on Linux they are not the same for every architecture (asm/fcntl.h).
    private static int MustBeFolder => OperatingSystem.IsMacOS() ? 0x100000 : IsArm ? 0x4000 : 0x10000;

    private static int DoNotFollow => OperatingSystem.IsMacOS() ? 0x100 : IsArm ? 0x8000 : 0x20000;

    private static bool IsArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    private int Descriptor => (int)(_handle ??= OpenAgain()).DangerousGetHandle();

    private bool MayBeClosed => _isDisposed || (_depth > MaxOpen && _depth % MaxOpen != 0);

    /// <summary>Opens a folder.</summary>
    public static new UnixFolder? TryOpen(string path) => OpenFolder(CurrentFolder, RawText.OfText(path), 0, parent: null);

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, EntryKind Kind)> Entries()
    {
        // A stream of its own: closing it closes its descriptor.
        var again = OpenAt(Descriptor, Bytes("."), ReadOnly | MustBeFolder | CloseOnExecute, 0);
        if (again < 0)
            throw Failure(".");
        var stream = OpenStream(again);
        var entries = new List<(string, EntryKind)>();
        try
        {
            while (Read(stream) is var entry && entry != null)
            {
                // struct dirent: d_ino, d_off, d_reclen, then d_type on Linux, and d_namlen and d_type on macOS.
                var typeAt = OperatingSystem.IsMacOS() ? 20 : 18;
                var name = RawText.Of(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + typeAt + 1));
                if (name is not ("." or ".."))
                    entries.Add((name, KindOf(name, entry[typeAt])));
            }
        }
        finally
        {
            _ = CloseStream(stream);
        }

        return entries;
    }

    /// <inheritdoc/>
    public override EntryKind? Find(string name)
    {
        if (ReadLink(name) is not null)
            return EntryKind.Link;
        if (!IsName(name))
            return null;
        using var folder = OpenFolder(Descriptor, name, DoNotFollow, parent: null);
        if (folder is not null)
            return EntryKind.Folder;
        return Access(Descriptor, Bytes(name), 0, 0) == 0 ? EntryKind.File : null;
    }

    /// <inheritdoc/>
    public override RawFolder? TryOpenFolder(string name)
    {
        var folder = IsName(name) ? OpenFolder(Descriptor, name, DoNotFollow, parent: this) : null;
        if (folder is not null && MayBeClosed)
            Close();
        return folder;
    }

    /// <inheritdoc/>
    public override void CreateFolder(string name)
    {
        if (MakeFolder(Descriptor, NewName(name), NewProgram) != 0 && Marshal.GetLastPInvokeError() != Exists)
            throw Failure(name);
    }

    /// <inheritdoc/>
    public override RawFile? TryOpenFile(string name)
    {
        // A folder can be opened too.
        if (ModeOf(name) is not { } mode)
            return null;
        var bytes = Bytes(name);
        var flags = ReadOnly | DoNotFollow | DoNotWait | CloseOnExecute;
        var descriptor = OpenAt(Descriptor, bytes, flags, 0);
        if (descriptor < 0 && Marshal.GetLastPInvokeError() == AccessDenied)
        {
            _ = ChangeMode(Descriptor, bytes, OwnFile, 0);
            descriptor = OpenAt(Descriptor, bytes, flags, 0);
        }

        if (descriptor < 0)
            return Marshal.GetLastPInvokeError() is var error && (IsNothing(error) || error == NoDevice || error == TooManyLinks) ? null : throw Failure(name);
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            _ = RandomAccess.GetLength(handle);
            return new RawFile(new FileStream(handle, FileAccess.Read, bufferSize: 0), mode);
        }
        catch (NotSupportedException)
        {
            // A pipe by now, which has no length.
            handle.Dispose();
            return null;
        }
    }

    /// <inheritdoc/>
    public override void SetMode(string name, UnixFileMode mode)
    {
        // It would change what a link leads to.
        if (ReadLink(name) is null && ChangeMode(Descriptor, Bytes(name), (uint)mode, 0) != 0)
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
        // It is asked for tens of thousands of them.
        Span<byte> bytes = path.Length < 256 ? stackalloc byte[path.Length + 1] : new byte[path.Length + 1];
        path.CopyTo(bytes);
        bytes[^1] = 0;
        var result = stackalloc byte[256];
        int status;
        fixed (byte* start = bytes)
        {
            status = OperatingSystem.IsMacOS()
                ? IsArm ? Stat(Descriptor, start, result, DoNotFollowAt) : StatOnIntelMac(Descriptor, start, result, DoNotFollowAt)
                : StatX(Descriptor, start, DoNotFollowAt, BasicStats, result);
        }

        if (status != 0)
            return IsNothing(Marshal.GetLastPInvokeError()) ? null : throw Failure(RawText.Of(path));
        return OperatingSystem.IsMacOS() ? OfMac(result) : OfLinux(result);
    }

    /// <inheritdoc/>
    public override Stream CreateFile(string name, bool isExecutable)
    {
        var descriptor = OpenAt(Descriptor, NewName(name), WriteOnly | CreateFlags | CloseOnExecute, isExecutable ? NewProgram : NewFile);
        if (descriptor < 0)
            throw Failure(name);
        if (OperatingSystem.IsMacOS())
            _ = ChangeMode(descriptor, isExecutable ? 0b111_101_101u : 0b110_100_100u);
        return new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Write);
    }

    /// <inheritdoc/>
    public override string? ReadLink(string name)
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
            return RawText.Of(target[..length]);
        return Marshal.GetLastPInvokeError() is var error && (IsNothing(error) || error == InvalidArgument) ? null : throw Failure(name);
    }

    /// <inheritdoc/>
    public override void CreateLink(string name, string target)
    {
        if (MakeLink(Bytes(target), Descriptor, NewName(name)) != 0)
            throw Failure(name);
    }

    /// <inheritdoc/>
    public override void Rename(string name, string newName)
    {
        if (RenameAt(Descriptor, NewName(name), Descriptor, NewName(newName)) != 0)
            throw Failure(name);
    }

    /// <inheritdoc/>
    public override void RemoveFile(string name)
    {
        if (IsName(name) && Unlink(name, 0) != 0 && !IsNothing(Marshal.GetLastPInvokeError()))
            throw Failure(name);
    }

    /// <inheritdoc/>
    public override bool RemoveFolder(string name)
    {
        if (!IsName(name) || Unlink(name, RemoveFolderFlag) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        if (error == NoEntry || error == NameTooLong)
            return true;
        return error == NotEmpty || error == Exists ? false : throw Failure(name);
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
        var descriptor = OpenAt(parent.Descriptor, Bytes(_name), ReadOnly | MustBeFolder | DoNotFollow | CloseOnExecute, 0);
        var failure = descriptor < 0 ? Failure(_name) : null;
        if (parent.MayBeClosed)
            parent.Close();
        return failure is null ? new SafeFileHandle(descriptor, ownsHandle: true) : throw failure;
    }

    private static UnixFolder? OpenFolder(int at, string name, int flags, UnixFolder? parent)
    {
        var bytes = Bytes(name);
        flags |= ReadOnly | MustBeFolder | CloseOnExecute;
        var descriptor = OpenAt(at, bytes, flags, 0);
        var error = Marshal.GetLastPInvokeError();
        if (descriptor < 0 && error == AccessDenied && ChangeMode(at, bytes, OwnFolder, 0) == 0)
        {
            descriptor = OpenAt(at, bytes, flags, 0);
            error = Marshal.GetLastPInvokeError();
        }

        if (descriptor < 0)
            return IsNothing(error) || error == TooManyLinks ? null : throw Failure(name);
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        // One that may be read but not entered shows names that cannot be used; from one that may not be written nothing
        // can be removed.
        if ((uint)File.GetUnixFileMode(handle) is var mode && (mode & OwnFolder) != OwnFolder)
            _ = ChangeMode(descriptor, mode | OwnFolder);
        return new UnixFolder(handle, parent, name);
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

    // struct stat with 64 bits for inodes.
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

    private int Unlink(string name, int flags) => UnlinkAt(Descriptor, Bytes(name), flags);

    private int ReadLinkInto(string name, Span<byte> target)
    {
        fixed (byte* into = target)
            return (int)ReadLinkAt(Descriptor, Bytes(name), into, target.Length);
    }

    // d_type, which is DT_UNKNOWN on some file systems.
    private EntryKind KindOf(string name, byte type) => type switch
    {
        8 => EntryKind.File,
        4 => EntryKind.Folder,
        10 => EntryKind.Link,
        0 => Find(name) ?? EntryKind.Other,
        _ => EntryKind.Other,
    };

    private static Exception Failure(string name)
    {
        var error = Marshal.GetLastPInvokeError();
        var message = $"{PrintableText.Of(RawText.ToText(name))}: {Marshal.GetPInvokeErrorMessage(error)}";
        return error is AccessDenied or NotPermitted ? new UnauthorizedAccessException(message) : new IOException(message);
    }

    // An index or a ref that a job wrote may have any text for a name, which the system would take for a way to elsewhere, or for
    // the part of it that a zero ends. No entry has such a name.
    private static bool IsName(string raw) => raw is not ("" or "..") && !raw.AsSpan().ContainsAny('/', '\0');

    private static bool IsNothing(int error) => error is NoEntry or NoFolder || error == NameTooLong;

    private static byte[] NewName(string raw) => IsName(raw) ? Bytes(raw) : throw new IOException($"Nothing can have the name '{PrintableText.Of(RawText.ToText(raw))}'.");

    private static byte[] Bytes(string raw)
    {
        var bytes = new byte[raw.Length + 1];
        System.Text.Encoding.Latin1.GetBytes(raw, bytes);
        return bytes;
    }

    private static nint OpenStream(int descriptor) =>
        OperatingSystem.IsMacOS() && !IsArm ? OpenStreamOnIntelMac(descriptor) : OpenStreamAt(descriptor);

    private static byte* Read(nint stream) => OperatingSystem.IsMacOS() && !IsArm ? ReadOnIntelMac(stream) : ReadEntry(stream);

    // The mode is a variable argument, for which calls differ on macOS with ARM: there a file gets any mode at first.
    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    private static partial int OpenAt(int folder, byte[] name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "fdopendir", SetLastError = true)]
    private static partial nint OpenStreamAt(int descriptor);

    [LibraryImport("libc", EntryPoint = "readdir", SetLastError = true)]
    private static partial byte* ReadEntry(nint stream);

    [LibraryImport("libc", EntryPoint = "fdopendir$INODE64", SetLastError = true)]
    private static partial nint OpenStreamOnIntelMac(int descriptor);

    [LibraryImport("libc", EntryPoint = "readdir$INODE64", SetLastError = true)]
    private static partial byte* ReadOnIntelMac(nint stream);

    [LibraryImport("libc", EntryPoint = "closedir")]
    private static partial int CloseStream(nint stream);

    [LibraryImport("libc", EntryPoint = "faccessat", SetLastError = true)]
    private static partial int Access(int folder, byte[] name, int what, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int StatX(int folder, byte* name, int flags, uint wanted, byte* result);

    [LibraryImport("libc", EntryPoint = "fstatat", SetLastError = true)]
    private static partial int Stat(int folder, byte* name, byte* result, int flags);

    [LibraryImport("libc", EntryPoint = "fstatat$INODE64", SetLastError = true)]
    private static partial int StatOnIntelMac(int folder, byte* name, byte* result, int flags);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    private static partial int MakeFolder(int folder, byte[] name, uint mode);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true)]
    private static partial nint ReadLinkAt(int folder, byte[] name, byte* target, nint length);

    [LibraryImport("libc", EntryPoint = "symlinkat", SetLastError = true)]
    private static partial int MakeLink(byte[] target, int folder, byte[] name);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    private static partial int RenameAt(int folder, byte[] name, int newFolder, byte[] newName);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    private static partial int UnlinkAt(int folder, byte[] name, int flags);

    [LibraryImport("libc", EntryPoint = "fchmodat", SetLastError = true)]
    private static partial int ChangeMode(int folder, byte[] name, uint mode, int flags);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int ChangeMode(int descriptor, uint mode);
}
