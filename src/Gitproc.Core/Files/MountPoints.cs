
namespace Gitproc.Files;

/// <summary>
/// What is mounted in a folder: another file system, or another folder (<c>mount --bind</c>), which is on the same device as often as not. What
/// is in it is not the folder's, and is neither cleaned nor removed with it. Windows has links for that, which are not followed.
/// </summary>
internal static class MountPoints
{
    /// <summary>Finds them.</summary>
    /// <param name="folder">The folder, absolute.</param>
    /// <returns>The paths of what is mounted at it or below it.</returns>
    public static IReadOnlyList<string> Below(string folder)
    {
        if (OperatingSystem.IsWindows() || !Directory.Exists(folder))
            return [];
        var real = RealPath.Of(folder);
        return [.. DriveInfo.GetDrives().Select(drive => Path.TrimEndingDirectorySeparator(drive.Name)).Where(path => path == real || path.StartsWith(real + "/", StringComparison.Ordinal))];
    }
}
