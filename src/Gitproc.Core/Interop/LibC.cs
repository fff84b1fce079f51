using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Gitproc.Interop;

/// <summary>Functions of the C library of Linux and macOS, under their names there, and their flags.</summary>
/// <remarks>
/// A path is an array of bytes that ends with a zero byte. If a function sets errno,
/// <see cref="Marshal.GetLastPInvokeError"/> returns it. The native program links to "libc" under this name
/// (Gitproc.Cli.csproj).
/// </remarks>
[UnsupportedOSPlatform("windows")]
internal static unsafe partial class LibC
{
    /// <summary>O_RDONLY.</summary>
    public const int ReadOnly = 0;

    /// <summary>O_WRONLY.</summary>
    public const int WriteOnly = 1;

    /// <summary>O_RDWR.</summary>
    public const int ReadWrite = 2;

    /// <summary>W_OK of access(2).</summary>
    public const int MayWrite = 2;

    /// <summary>LOCK_SH.</summary>
    public const int LockShared = 1;

    /// <summary>LOCK_EX.</summary>
    public const int LockExclusive = 2;

    /// <summary>LOCK_NB.</summary>
    public const int LockNonBlocking = 4;

    /// <summary>LOCK_UN.</summary>
    public const int Unlock = 8;

    /// <summary>STATX_BASIC_STATS.</summary>
    public const uint BasicStats = 0x7FF;

    /// <summary>FICLONE of linux/fs.h on x86 and ARM, for ioctl(2): _IOW(0x94, 9, int).</summary>
    public const nuint CloneFile = 0x40049409;

    /// <summary>AT_FDCWD: paths are relative to the current folder instead of an open one (openat(2)).</summary>
    public static int CurrentFolder => OperatingSystem.IsMacOS() ? -2 : -100;

    /// <summary>AT_REMOVEDIR.</summary>
    public static int RemoveFolder => OperatingSystem.IsMacOS() ? 0x80 : 0x200;

    /// <summary>AT_SYMLINK_NOFOLLOW.</summary>
    public static int DoNotFollowAt => OperatingSystem.IsMacOS() ? 0x20 : 0x100;

    /// <summary>O_CREAT | O_EXCL.</summary>
    public static int CreateNew => OperatingSystem.IsMacOS() ? 0x200 | 0x800 : 0x40 | 0x80;

    /// <summary>O_CLOEXEC.</summary>
    public static int CloseOnExecute => OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    /// <summary>O_NONBLOCK. Without it, opening a pipe waits for the other end.</summary>
    public static int DoNotWait => OperatingSystem.IsMacOS() ? 0x4 : 0x800;

    // On Linux, O_DIRECTORY and O_NOFOLLOW depend on the architecture (asm/fcntl.h).

    /// <summary>O_DIRECTORY.</summary>
    public static int MustBeFolder => OperatingSystem.IsMacOS() ? 0x100000 : IsArm ? 0x4000 : 0x10000;

    /// <summary>O_NOFOLLOW.</summary>
    public static int DoNotFollow => OperatingSystem.IsMacOS() ? 0x100 : IsArm ? 0x8000 : 0x20000;

    // On Intel Macs, the functions with 64-bit inodes have names of their own, which no other Mac has. The native
    // program does not link to this path, so linking it elsewhere does not look for them.
    private const string IntelMac = "/usr/lib/libSystem.B.dylib";

    private static bool IsArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    private static bool IsIntelMac => OperatingSystem.IsMacOS() && !IsArm;

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial SafeFileHandle Open(string path, int flags);

    public static int OpenAt(int folder, byte[] name, int flags, uint mode) =>
        OperatingSystem.IsMacOS() && IsArm
            ? OpenAtOnArmMac(folder, name, flags, 0, 0, 0, 0, 0, mode)
            : OpenAtAnywhere(folder, name, flags, mode);

    [LibraryImport("libc", EntryPoint = "opendir", SetLastError = true)]
    public static partial nint OpenDir(byte* path);

    public static nint FDOpenDir(int descriptor) =>
        IsIntelMac ? FDOpenDirOnIntelMac(descriptor) : FDOpenDirAnywhere(descriptor);

    [LibraryImport("libc", EntryPoint = "dirfd")]
    public static partial int DirFD(nint stream);

    // Returns null at the end and on an error. At the end it leaves errno unchanged, which SetLastError sets to 0
    // before the call.
    public static byte* ReadDir(nint stream) => IsIntelMac ? ReadDirOnIntelMac(stream) : ReadDirAnywhere(stream);

    [LibraryImport("libc", EntryPoint = "closedir")]
    public static partial int CloseDir(nint stream);

    [LibraryImport("libc", EntryPoint = "faccessat", SetLastError = true)]
    public static partial int FAccessAt(int folder, byte[] name, int what, int flags);

    // Only on Linux.
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    public static partial int StatX(int folder, byte* name, int flags, uint wanted, byte* result);

    [SupportedOSPlatform("macos")]
    public static int FStatAt(int folder, byte* name, byte* result, int flags) =>
        IsIntelMac ? FStatAtOnIntelMac(folder, name, result, flags) : FStatAtOnArm(folder, name, result, flags);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    public static partial int MkDirAt(int folder, byte[] name, uint mode);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true)]
    public static partial nint ReadLinkAt(int folder, byte* name, byte* target, nint length);

    [LibraryImport("libc", EntryPoint = "symlinkat", SetLastError = true)]
    public static partial int SymLinkAt(byte[] target, int folder, byte[] name);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    public static partial int RenameAt(int folder, byte[] name, int newFolder, byte[] newName);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    public static partial int UnlinkAt(int folder, byte[] name, int flags);

    [LibraryImport("libc", EntryPoint = "fchmodat", SetLastError = true)]
    public static partial int FChModAt(int folder, byte[] name, uint mode, int flags);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int FChMod(int descriptor, uint mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int FLock(SafeFileHandle handle, int operation);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint GetEUid();

    // The last argument is variadic, which Linux passes like any other. Only on Linux.
    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int IoCtl(SafeFileHandle file, nuint request, nint argument);

    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "setsid")]
    public static partial int SetSid();

    [LibraryImport("libc", EntryPoint = "getsid")]
    public static partial int GetSid(int processId);

    // Only on macOS.
    [LibraryImport("libc", EntryPoint = "gethostuuid")]
    public static partial int GetHostUuid(byte* id, long* longestWait);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    private static partial int OpenAtAnywhere(int folder, byte[] name, int flags, uint mode);

    // The mode is a variadic argument. macOS on ARM passes those on the stack, and others there only from the ninth on
    // ("Writing ARM64 code for Apple platforms").
    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    private static partial int OpenAtOnArmMac(
        int folder, byte[] name, int flags, nint x3, nint x4, nint x5, nint x6, nint x7, nuint mode);

    [LibraryImport("libc", EntryPoint = "fdopendir", SetLastError = true)]
    private static partial nint FDOpenDirAnywhere(int descriptor);

    [LibraryImport(IntelMac, EntryPoint = "fdopendir$INODE64", SetLastError = true)]
    private static partial nint FDOpenDirOnIntelMac(int descriptor);

    [LibraryImport("libc", EntryPoint = "readdir", SetLastError = true)]
    private static partial byte* ReadDirAnywhere(nint stream);

    [LibraryImport(IntelMac, EntryPoint = "readdir$INODE64", SetLastError = true)]
    private static partial byte* ReadDirOnIntelMac(nint stream);

    [LibraryImport("libc", EntryPoint = "fstatat", SetLastError = true)]
    private static partial int FStatAtOnArm(int folder, byte* name, byte* result, int flags);

    [LibraryImport(IntelMac, EntryPoint = "fstatat$INODE64", SetLastError = true)]
    private static partial int FStatAtOnIntelMac(int folder, byte* name, byte* result, int flags);
}

/// <summary>Error numbers of errno.h. The constants are the same on Linux and macOS; the properties differ.</summary>
internal static class Errno
{
    /// <summary>EPERM.</summary>
    public const int NotPermitted = 1;

    /// <summary>ENOENT.</summary>
    public const int NoEntry = 2;

    /// <summary>ESRCH.</summary>
    public const int NoProcess = 3;

    /// <summary>EINTR.</summary>
    public const int Interrupted = 4;

    /// <summary>ENXIO.</summary>
    public const int NoDevice = 6;

    /// <summary>EACCES.</summary>
    public const int AccessDenied = 13;

    /// <summary>EEXIST.</summary>
    public const int Exists = 17;

    /// <summary>ENOTDIR.</summary>
    public const int NoFolder = 20;

    /// <summary>EINVAL.</summary>
    public const int InvalidArgument = 22;

    /// <summary>EWOULDBLOCK.</summary>
    public static int WouldBlock => OperatingSystem.IsMacOS() ? 35 : 11;

    /// <summary>ENOTEMPTY.</summary>
    public static int NotEmpty => OperatingSystem.IsMacOS() ? 66 : 39;

    /// <summary>ENAMETOOLONG.</summary>
    public static int NameTooLong => OperatingSystem.IsMacOS() ? 63 : 36;

    /// <summary>EILSEQ. APFS takes no names that are not UTF-8, or have characters that it does not know.</summary>
    public static int IllegalBytes => OperatingSystem.IsMacOS() ? 92 : 84;

    /// <summary>ELOOP.</summary>
    public static int TooManyLinks => OperatingSystem.IsMacOS() ? 62 : 40;
}
