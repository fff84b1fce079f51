using System.Globalization;
using System.Runtime.Versioning;
using System.Text;

namespace Gitproc.Processes;

/// <summary>Reads processes from <c>/proc/PID/stat</c>, see proc_pid_stat(5).</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxProcesses
{
    // PF_FORKNOEXEC of include/linux/sched.h, in the "flags" of the stat file.
    private const uint ForkedWithoutExec = 0x40;

    /// <returns>The process; null if no process with the id runs.</returns>
    public static ProcessEntry? Find(int id)
    {
        Span<byte> buffer = stackalloc byte[1024];
        int length;
        try
        {
            using var handle = File.OpenHandle($"/proc/{id}/stat");
            length = RandomAccess.Read(handle, buffer, 0);
        }
        catch (Exception e)
            when (e is FileNotFoundException or DirectoryNotFoundException or IOException { HResult: NoSuchProcess })
        {
            return null;
        }

        return Parse(id, Encoding.UTF8.GetString(buffer[..length]));
    }

    /// <summary>The path of the program that a process runs; null if it is not known.</summary>
    public static string? ProgramOf(int id) => LinkTarget($"/proc/{id}/exe");

    /// <summary>
    /// True if standard input or output of a process is a pipe that another process does not have there.
    /// </summary>
    public static bool IsForPipe(int id, int other)
    {
        foreach (var descriptor in (ReadOnlySpan<int>)[1, 0])
        {
            var file = LinkTarget($"/proc/{id}/fd/{descriptor}");
            if (file?.StartsWith("pipe:", StringComparison.Ordinal) == true
                && file != LinkTarget($"/proc/{other}/fd/{descriptor}"))
                return true;
        }

        return false;
    }

    private static string? LinkTarget(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // ESRCH: the process ended between opening and reading.
    private const int NoSuchProcess = 3;

    private static ProcessEntry? Parse(int id, string stat)
    {
        // The name may contain spaces and parentheses. It ends at the last parenthesis.
        var open = stat.IndexOf('(', StringComparison.Ordinal);
        var close = stat.LastIndexOf(')');
        if (open < 0 || close < open)
            return null;
        // The fields after the name: state (3 in the man page), ppid (4), …, flags (9), …, starttime (22).
        var fields = stat[(close + 2)..].Split(' ');
        if (fields.Length < 20 || fields[0] is "Z" or "X")
            return null;
        return new ProcessEntry(
            new ProcessIdentity(id, long.Parse(fields[19], CultureInfo.InvariantCulture)),
            int.Parse(fields[1], CultureInfo.InvariantCulture),
            stat[(open + 1)..close],
            (uint.Parse(fields[6], CultureInfo.InvariantCulture) & ForkedWithoutExec) != 0);
    }
}
