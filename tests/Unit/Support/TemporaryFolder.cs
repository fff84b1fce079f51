using System.Text.RegularExpressions;
using Gitproc.Files;

namespace Gitproc.Unit.Support;

/// <summary>
/// A folder of the test, removed when it is disposed. Its path has no links. It is in memory if Linux offers that and
/// TMPDIR is not set: on a disk, the suite takes twice as long.
/// </summary>
public sealed class TemporaryFolder : IDisposable
{
    private const string Memory = "/dev/shm";
    private const long RoomNeeded = 4L << 30;

    // tests/Pester/Invoke-PesterSuite.ps1 has the same rule. Containers often mount /dev/shm noexec, and tests run
    // programs that they write.
    private static readonly bool HasMemory =
        Environment.GetEnvironmentVariable("TMPDIR") is null
        && OperatingSystem.IsLinux()
        && Regex.IsMatch(
            File.ReadAllText("/proc/self/mounts"), @"^\S+ /dev/shm tmpfs (?!\S*\bnoexec\b)", RegexOptions.Multiline)
        && new DriveInfo(Memory).AvailableFreeSpace > RoomNeeded;

    public TemporaryFolder()
        : this(mayBeInMemory: true) { }

    private TemporaryFolder(bool mayBeInMemory)
    {
        var place = mayBeInMemory && HasMemory ? Memory : System.IO.Path.GetTempPath();
        var folder = System.IO.Path.Combine(place, $"gitproc-test-{System.IO.Path.GetRandomFileName()}");
        Path = Paths.Real(Directory.CreateDirectory(folder).FullName);
    }

    public string Path { get; }

    /// <param name="relative">A path in the folder, with slashes on all systems.</param>
    public string this[string relative] =>
        System.IO.Path.Combine(Path, relative.Replace('/', System.IO.Path.DirectorySeparatorChar));

    /// <summary>A folder on a disk, whose file system reuses the inode numbers of removed files.</summary>
    public static TemporaryFolder OnDisk() => new(mayBeInMemory: false);

    /// <summary>
    /// Copies a folder to a path that does not exist. Times, modes and links are kept, except on Windows.
    /// </summary>
    public static void Copy(string from, string to)
    {
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(to)!);
            using var copy = System.Diagnostics.Process.Start("cp", ["-a", from, to]);
            copy.WaitForExit();
            Assert.Equal(0, copy.ExitCode);
            return;
        }

        Directory.CreateDirectory(to);
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(to + folder[from.Length..]);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, to + file[from.Length..]);
    }

    public void Dispose() => FolderRemoval.TryRemove(Path);
}
