using System.Buffers.Text;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Unicode;
using Gitproc.Interop;

namespace Gitproc.Processes;

/// <summary>
/// Finds the processes in a folder from the links <c>/proc/PID/cwd</c>, <c>/proc/PID/exe</c> and <c>/proc/PID/fd/*</c>,
/// and from the files in <c>/proc/PID/maps</c>: proc_pid_cwd(5), proc_pid_exe(5), proc_pid_fd(5), proc_pid_maps(5).
/// Paths are compared as bytes. The files that they name are not opened.
/// </summary>
/// <remarks>
/// The links give paths as this process sees them, so a process whose mount namespace has the folder under another path
/// is not found. Linux does not give paths longer than 4095 bytes, so a process in such a path is not found either.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static unsafe class LinuxFolderProcesses
{
    // PATH_MAX. The kernel uses one page for a path.
    private const int MaxBytes = 4096;

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
            : throw new Win32Exception("/proc does not list this process, so it may not list others either.");
    }

    /// <summary>True if a process runs in a folder.</summary>
    public static bool IsIn(int id, string folder)
    {
        // For the root, the prefix is empty: the slash after it is compared below.
        var prefix = Encoding.UTF8.GetBytes(folder == "/" ? "" : folder);
        var path = stackalloc byte[32];
        Utf8.TryWrite(new Span<byte>(path, 32), $"/proc/{id}/cwd\0", out _);
        // If this link can be read, the others can, too: Linux requires PTRACE_MODE_READ_FSCREDS (ptrace(2)) for each.
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

    // A process can close a file that it has mapped, for example a library. A line of maps ends with a space and the
    // path of the mapped file.
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
                // The text may start at the end of this part and continue in the next one.
                kept = Math.Min(known.Length, wanted.Length - 1);
                known[^kept..].CopyTo(text);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process has ended, or this user may not read it.
        }

        return false;
    }

    // Null if the link is gone or this user may not read it.
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
        // Linux adds this to the path of a removed file or folder. A process may still have a removed folder as its
        // current directory.
        var rest = target[folder.Length..];
        return rest.IsEmpty || rest[0] == '/' || rest.SequenceEqual(" (deleted)"u8);
    }

    // No entry: the file is closed, the process has ended, or it is a zombie, which has no current directory.
    private static bool IsHidden(int error) =>
        error is Errno.NotPermitted or Errno.NoEntry or Errno.NoProcess or Errno.AccessDenied;
}

/// <summary>
/// The names in a folder of <c>/proc</c>, read one by one as bytes. The enumeration of .NET follows each link, and so
/// may wait for a file system that does not respond. Not thread-safe.
/// </summary>
[SupportedOSPlatform("linux")]
internal unsafe ref struct LinuxNames : IDisposable
{
    // struct dirent of glibc and musl for 64 bits: d_ino, d_off, d_reclen, d_type, d_name.
    private const int NameOffset = 8 + 8 + 2 + 1;

    private nint _stream;

    /// <summary>Opens a folder, see opendir(3).</summary>
    /// <param name="path">The path, which ends with a zero byte.</param>
    public LinuxNames(ReadOnlySpan<byte> path)
    {
        fixed (byte* start = path)
            _stream = LibC.OpenDir(start);
        Error = _stream == 0 ? Marshal.GetLastPInvokeError() : 0;
        Descriptor = _stream == 0 ? -1 : LibC.DirFD(_stream);
    }

    /// <summary>The errno of opening the folder; 0 if it is open.</summary>
    public int Error { get; }

    /// <summary>The descriptor of the folder, for readlinkat(2); -1 if it is not open.</summary>
    public int Descriptor { get; }

    /// <summary>The last name that was read, with a zero byte at its end. Valid until the next name is read.</summary>
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

    public void Dispose()
    {
        if (_stream != 0)
            _ = LibC.CloseDir(_stream);
        _stream = 0;
    }
}
