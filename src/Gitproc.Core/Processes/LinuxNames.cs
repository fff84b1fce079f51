using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Gitproc.Processes;

/// <summary>
/// The names in a folder of <c>/proc</c>, read one by one as bytes. .NET's own enumeration asks of each link where it
/// leads, and so may wait for a file system that is gone. For one thread.
/// </summary>
[SupportedOSPlatform("linux")]
internal unsafe ref partial struct LinuxNames : IDisposable
{
    // struct dirent of glibc and musl for 64 bits: d_ino, d_off, d_reclen, d_type, d_name.
    private const int NameOffset = 8 + 8 + 2 + 1;

    private nint _stream;

    /// <summary>Opens a folder, see opendir(3).</summary>
    /// <param name="path">Its path; a zero byte follows the last one.</param>
    public LinuxNames(ReadOnlySpan<byte> path)
    {
        fixed (byte* start = path)
            _stream = Open(start);
        Error = _stream == 0 ? Marshal.GetLastPInvokeError() : 0;
        Descriptor = _stream == 0 ? -1 : DescriptorOf(_stream);
    }

    /// <summary>The errno of opening it; 0 when it is open.</summary>
    public int Error { get; }

    /// <summary>The open folder's descriptor, to find its names by; -1 when it is not open.</summary>
    public int Descriptor { get; }

    /// <summary>The name that was read last, up to its zero byte; good until the next is read.</summary>
    public byte* Current { get; private set; }

    /// <summary>Reads the next name, see readdir(3).</summary>
    /// <returns>False when there is none, also because the process ended.</returns>
    /// <exception cref="Win32Exception">It cannot be read.</exception>
    public bool Next()
    {
        var entry = Read(_stream);
        if (entry == null && Marshal.GetLastPInvokeError() is var error and not 0)
            throw new Win32Exception(error);
        Current = entry + NameOffset;
        return entry != null;
    }

    /// <summary>Closes the folder.</summary>
    public void Dispose()
    {
        if (_stream != 0)
            _ = Close(_stream);
        _stream = 0;
    }

    [LibraryImport("libc", EntryPoint = "opendir", SetLastError = true)]
    private static partial nint Open(byte* path);

    [LibraryImport("libc", EntryPoint = "dirfd")]
    private static partial int DescriptorOf(nint stream);

    // It returns null at the end, and then leaves errno as it was: SetLastError sets it to 0 before the call.
    [LibraryImport("libc", EntryPoint = "readdir", SetLastError = true)]
    private static partial byte* Read(nint stream);

    [LibraryImport("libc", EntryPoint = "closedir")]
    private static partial int Close(nint stream);
}
