using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using Gitproc.Interop;

namespace Gitproc.Files;

/// <summary>
/// The owner of a folder, which .NET has no API for but on Windows.
/// </summary>
internal static unsafe class FolderOwner
{
    /// <summary>
    /// True if a folder belongs to the user, or under sudo to the user who called it. git has the same rule
    /// (git-config(1), <c>safe.directory</c>).
    /// </summary>
    public static bool IsUsers(string path)
    {
        if (OperatingSystem.IsWindows())
            return WindowsAccess.IsUsers(path);
        if (IdOf(path) is not { } owner)
            return true;
        var user = LibC.GetEUid();
        return owner == user
            || (
                user == 0
                && uint.TryParse(
                    Environment.GetEnvironmentVariable("SUDO_UID"),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var caller)
                && owner == caller);
    }

    [UnsupportedOSPlatform("windows")]
    private static uint? IdOf(string path)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
            return UnixFolder.TryStat(LibC.CurrentFolder, name, 0, out var stat) ? stat.User : null;
    }
}
