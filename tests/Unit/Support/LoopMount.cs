using System.Diagnostics;
using Gitproc.Processes;

namespace Gitproc.Unit.Support;

/// <summary>A new file system of another type on a folder of the test, unmounted when it is disposed.</summary>
public sealed class LoopMount : IDisposable
{
    private const long Size = 512L << 20;

    private readonly string _folder;

    private LoopMount(string folder) => _folder = folder;

    /// <summary>Mounts it. Skips the test where that is not possible.</summary>
    /// <param name="type">For example <c>btrfs</c>.</param>
    /// <param name="folder">An absolute path.</param>
    public static LoopMount Make(string type, string folder)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root on Linux can mount.");
        Assert.SkipUnless(ProgramPath.Find($"mkfs.{type}") is not null, $"mkfs.{type} is not installed.");
        // Not in memory: a loop device may not be possible there.
        var image = Path.Combine(Path.GetTempPath(), $"gitproc-test-{Path.GetRandomFileName()}.img");
        try
        {
            using (var file = File.Create(image))
                file.SetLength(Size);
            Directory.CreateDirectory(folder);
            Assert.SkipUnless(
                Run($"mkfs.{type}", "-q", image) == 0 && Run("mount", "-o", "loop", image, folder) == 0,
                $"{type} cannot be mounted here.");
            return new LoopMount(folder);
        }
        finally
        {
            // The loop device keeps it.
            File.Delete(image);
        }
    }

    public void Dispose() => Run("umount", "--lazy", _folder);

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
