
namespace Gitproc.Processes;

/// <summary>
/// Where process ids mean something: a pool's folder may be mounted into containers, or lie on a share of several
/// machines, and in each of them the same id is another process.
/// </summary>
/// <param name="Host">The machine: its name and, on Linux, its id (machine-id(5)).</param>
/// <param name="Boot">Which run of its kernel; empty where start times of processes are of the calendar and need no boot.</param>
/// <param name="Namespace">The namespace of process ids (pid_namespaces(7)); empty where there are none.</param>
public sealed record ProcessPlace(string Host, string Boot, string Namespace)
{
    private static readonly Lazy<ProcessPlace> Here = new(Read);

    /// <summary>The place of this process. Thread-safe.</summary>
    public static ProcessPlace Current => Here.Value;

    private static ProcessPlace Read()
    {
        var name = Environment.MachineName;
        if (!OperatingSystem.IsLinux())
            return new ProcessPlace(name, "", "");
        var machine = ReadLine("/etc/machine-id");
        return new ProcessPlace(
            machine.Length == 0 ? name : $"{name}/{machine}",
            ReadLine("/proc/sys/kernel/random/boot_id"),
            File.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false)?.Name ?? "");
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
