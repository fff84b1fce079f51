using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Gitproc.Files;

/// <summary>
/// Whose a folder is. .NET does not tell. On Windows the user's profile is private, and nothing is asked.
/// </summary>
internal static unsafe partial class FolderOwner
{
    /// <summary>
    /// Whether a folder is the user's own; under sudo also whether it is the one's who called it, as git takes it
    /// (git-config(1), <c>safe.directory</c>).
    /// </summary>
    public static bool IsUsers(string path)
    {
        if (OperatingSystem.IsWindows() || IdOf(path) is not { } owner)
            return true;
        var user = EffectiveUserId();
        return owner == user
            || (user == 0
                && uint.TryParse(Environment.GetEnvironmentVariable("SUDO_UID"), NumberStyles.None, CultureInfo.InvariantCulture, out var caller)
                && owner == caller);
    }

    private static uint? IdOf(string path) =>
        OperatingSystem.IsLinux() ? IdOnLinux(path) : OperatingSystem.IsMacOS() ? IdOnMac(path) : null;

    // struct statx, statx(2)
    [SupportedOSPlatform("linux")]
    private static uint? IdOnLinux(string path)
    {
        const int currentFolder = -100; // AT_FDCWD
        const uint ownerWanted = 8; // STATX_UID
        var result = stackalloc byte[256];
        return Statx(currentFolder, path, 0, ownerWanted, result) == 0 ? *(uint*)(result + 20) : null;
    }

    // struct stat, sys/stat.h with 64 bits for inodes
    [SupportedOSPlatform("macos")]
    private static uint? IdOnMac(string path)
    {
        var result = stackalloc byte[256];
        var status = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? Stat(path, result) : StatWithLongInodes(path, result);
        return status == 0 ? *(uint*)(result + 16) : null;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUserId();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, byte* result);

    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, byte* result);

    [LibraryImport("libc", EntryPoint = "stat$INODE64", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatWithLongInodes(string path, byte* result);
}
