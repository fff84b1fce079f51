using System.Globalization;
using System.Runtime.Versioning;
using System.Text;

namespace Gitproc.Processes;

/// <summary>Processes as <c>/proc/PID/stat</c> tells them, see proc_pid_stat(5).</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxProcesses
{
    // include/linux/sched.h: forked but did not exec; part of the stat file's "flags".
    private const uint ForkedWithoutExec = 0x40;

    /// <summary>Looks a process up.</summary>
    /// <returns>The process; null when none runs under that id.</returns>
    public static ProcessEntry? Find(int id)
    {
        Span<byte> buffer = stackalloc byte[1024];
        int length;
        try
        {
            using var handle = File.OpenHandle($"/proc/{id}/stat");
            length = RandomAccess.Read(handle, buffer, 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or IOException { HResult: NoSuchProcess })
        {
            return null;
        }

        return Parse(id, Encoding.UTF8.GetString(buffer[..length]));
    }

    /// <summary>The path of the program that a process runs.</summary>
    /// <returns>The path; null when it is not told.</returns>
    public static string? ProgramOf(int id) => LinkTarget($"/proc/{id}/exe");

    /// <summary>Whether a process has a pipe for its input or output that another one has not.</summary>
    public static bool IsForPipe(int id, int other)
    {
        foreach (var descriptor in (ReadOnlySpan<int>)[1, 0])
        {
            var file = LinkTarget($"/proc/{id}/fd/{descriptor}");
            if (file?.StartsWith("pipe:", StringComparison.Ordinal) == true && file != LinkTarget($"/proc/{other}/fd/{descriptor}"))
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

    // ESRCH: the process ended between open and read.
    private const int NoSuchProcess = 3;

    private static ProcessEntry? Parse(int id, string stat)
    {
        // The name may hold spaces and parentheses; the last parenthesis is its end.
        var open = stat.IndexOf('(', StringComparison.Ordinal);
        var close = stat.LastIndexOf(')');
        if (open < 0 || close < open)
            return null;
        // state ppid pgrp session tty_nr tpgid flags … starttime: fields 3, 4, 9 and 22 of the man page.
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
