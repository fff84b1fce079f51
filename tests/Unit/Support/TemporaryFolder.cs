using Gitproc.Files;

namespace Gitproc.Unit.Support;

/// <summary>A folder of a test's own, gone when the test is over. Its path has no links in it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Paths.Real(Directory.CreateTempSubdirectory("gitproc-test-").FullName);

    public string Path { get; }

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    /// <summary>
    /// Copies a folder to a place where there is none, with times, modes and links where the system has a command for
    /// it.
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
