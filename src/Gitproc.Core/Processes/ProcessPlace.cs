using System.Runtime.Versioning;
using Gitproc.Interop;

namespace Gitproc.Processes;

/// <summary>
/// The place in which a process id identifies a process. Containers or machines may share the folder of a pool, and in
/// each of them the same id means another process.
/// </summary>
/// <param name="Host">
/// The name of the machine and, on Linux, its id (machine-id(5)). On macOS its id alone: without a fixed name, a Mac is
/// named by the network that it is in.
/// </param>
/// <param name="Boot">
/// The id of the boot on Linux, where start times of processes count from the boot. Empty on other systems, where start
/// times are calendar times.
/// </param>
/// <param name="Namespace">The pid namespace (pid_namespaces(7)) on Linux; empty on other systems.</param>
public sealed record ProcessPlace(string Host, string Boot, string Namespace)
{
    private static readonly Lazy<ProcessPlace> Here = new(Read);

    /// <summary>The place of this process. Thread-safe.</summary>
    public static ProcessPlace Current => Here.Value;

    private static ProcessPlace Read()
    {
        var name = Environment.MachineName;
        if (OperatingSystem.IsMacOS())
            return new ProcessPlace(IdOfMac() ?? name, "", "");
        if (!OperatingSystem.IsLinux())
            return new ProcessPlace(name, "", "");
        var machine = ReadLine("/etc/machine-id");
        return new ProcessPlace(
            machine.Length == 0 ? name : $"{name}/{machine}",
            ReadLine("/proc/sys/kernel/random/boot_id"),
            File.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false)?.Name ?? "");
    }

    // gethostuuid(2). Without a limit, it would wait for ever.
    [SupportedOSPlatform("macos")]
    private static unsafe string? IdOfMac()
    {
        var id = stackalloc byte[16];
        var longestWait = stackalloc long[] { 1, 0 }; // struct timespec
        return LibC.GetHostUuid(id, longestWait) == 0 ? Convert.ToHexString(new ReadOnlySpan<byte>(id, 16)) : null;
    }

    private static string ReadLine(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
