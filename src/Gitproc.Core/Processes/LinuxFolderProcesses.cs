using System.Buffers.Text;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text.Unicode;
using System.Text;
using Gitproc.Interop;

namespace Gitproc.Processes;

/// <summary>
/// Who runs in a folder, as the links <c>/proc/PID/cwd</c>, <c>/proc/PID/exe</c> and <c>/proc/PID/fd/*</c> tell it, and the
/// files in <c>/proc/PID/maps</c>: proc_pid_cwd(5), proc_pid_exe(5), proc_pid_fd(5), proc_pid_maps(5). They are compared as
/// bytes and nothing is opened that they lead to.
/// </summary>
/// <remarks>
/// The links name files as this process would, so that one which another mount namespace has under another path is not
/// seen. Nor is a path of more than 4095 bytes, which Linux does not tell.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static unsafe class LinuxFolderProcesses
{
    // PATH_MAX; the kernel uses a page for it.
    private const int MaxBytes = 4096;

    /// <summary>Lists the processes.</summary>
    public static List<int> Ids()
    {
        var ids = new List<int>();
        using var names = new LinuxNames("/proc"u8);
        if (names.Error != 0)
            throw new Win32Exception(names.Error);
        while (names.Next())
        {
            var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(names.Current);
            if (Utf8Parser.TryParse(name, out int id, out var length) && length == name.Length)
                ids.Add(id);
        }

        return ids.Contains(Environment.ProcessId)
            ? ids
            : throw new Win32Exception("/proc does not show this process, nor can it be relied on for others.");
    }

    /// <summary>Whether a process runs in a folder.</summary>
    public static bool IsIn(int id, string folder)
    {
        // The root is the folder whose path is empty: a slash follows in every path below.
        var prefix = Encoding.UTF8.GetBytes(folder == "/" ? "" : folder);
        var path = stackalloc byte[32];
        Utf8.TryWrite(new Span<byte>(path, 32), $"/proc/{id}/cwd\0", out _);
        // Who may read this link may read the others: Linux asks for PTRACE_MODE_READ_FSCREDS (ptrace(2)) each time.
        if (LeadsTo(LibC.CurrentFolder, path, prefix) is var isThere and not false)
            return isThere ?? false;

        Utf8.TryWrite(new Span<byte>(path, 32), $"/proc/{id}/exe\0", out _);
        if (LeadsTo(LibC.CurrentFolder, path, prefix) == true || HasMapped(id, prefix))
            return true;

        Utf8.TryWrite(new Span<byte>(path, 32), $"/proc/{id}/fd\0", out _);
        using var names = new LinuxNames(new ReadOnlySpan<byte>(path, 32));
        if (names.Error != 0)
            return IsHidden(names.Error) ? false : throw new Win32Exception(names.Error);
        while (names.Next())
        {
            if (*names.Current != '.' && LeadsTo(names.Descriptor, names.Current, prefix) == true)
                return true;
        }

        return false;
    }

    // A library, or a file that is read as memory, need not be open any more. A line ends in the path of the mapped file,
    // after a space.
    private static bool HasMapped(int id, ReadOnlySpan<byte> folder)
    {
        Span<byte> wanted = [(byte)' ', .. folder, (byte)'/'];
        Span<byte> text = stackalloc byte[2 * MaxBytes];
        try
        {
            using var maps = File.OpenHandle($"/proc/{id}/maps");
            var kept = 0;
            for (long offset = 0; RandomAccess.Read(maps, text[kept..], offset) is var read and > 0; offset += read)
            {
                var known = text[..(kept + read)];
                if (known.IndexOf(wanted) >= 0)
                    return true;
                // What is looked for may begin at the end of this part.
                kept = Math.Min(known.Length, wanted.Length - 1);
                known[^kept..].CopyTo(text);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is not ours to read.
        }

        return false;
    }

    // Null when the link is gone or not ours to read.
    [SkipLocalsInit]
    private static bool? LeadsTo(int parent, byte* link, ReadOnlySpan<byte> folder)
    {
        var buffer = stackalloc byte[MaxBytes];
        var length = (int)LibC.ReadLinkAt(parent, link, buffer, MaxBytes);
        if (length < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == Errno.NameTooLong)
                return false;
            return IsHidden(error) ? null : throw new Win32Exception(error);
        }

        var target = new ReadOnlySpan<byte>(buffer, length);
        if (!target.StartsWith(folder))
            return false;
        // What was removed has this after its path; so has the folder itself when somebody still stands in it.
        var rest = target[folder.Length..];
        return rest.IsEmpty || rest[0] == '/' || rest.SequenceEqual(" (deleted)"u8);
    }

    // Without an entry it is closed or ended; a zombie has no current directory.
    private static bool IsHidden(int error) =>
        error is Errno.NotPermitted or Errno.NoEntry or Errno.NoProcess or Errno.AccessDenied;
}

/// <summary>
/// The names in a folder of <c>/proc</c>, read one by one as bytes. .NET's own enumeration asks of each link where it
/// leads, and so may wait for a file system that is gone. For one thread.
/// </summary>
[SupportedOSPlatform("linux")]
internal unsafe ref struct LinuxNames : IDisposable
{
    // struct dirent of glibc and musl for 64 bits: d_ino, d_off, d_reclen, d_type, d_name.
    private const int NameOffset = 8 + 8 + 2 + 1;

    private nint _stream;

    /// <summary>Opens a folder, see opendir(3).</summary>
    /// <param name="path">Its path; a zero byte follows the last one.</param>
    public LinuxNames(ReadOnlySpan<byte> path)
    {
        fixed (byte* start = path)
            _stream = LibC.OpenDir(start);
        Error = _stream == 0 ? Marshal.GetLastPInvokeError() : 0;
        Descriptor = _stream == 0 ? -1 : LibC.DirFD(_stream);
    }

    /// <summary>The errno of opening it; 0 when it is open.</summary>
    public int Error { get; }

    /// <summary>The open folder's descriptor, to find its names by; -1 when it is not open.</summary>
    public int Descriptor { get; }

    /// <summary>The name that was read last, up to its zero byte; good until the next is read.</summary>
    public byte* Current { get; private set; }

    /// <summary>Reads the next name, see readdir(3).</summary>
    public bool Next()
    {
        var entry = LibC.ReadDir(_stream);
        if (entry == null && Marshal.GetLastPInvokeError() is var error and not 0)
            throw new Win32Exception(error);
        Current = entry + NameOffset;
        return entry != null;
    }

    /// <summary>Closes the folder.</summary>
    public void Dispose()
    {
        if (_stream != 0)
            _ = LibC.CloseDir(_stream);
        _stream = 0;
    }
}
