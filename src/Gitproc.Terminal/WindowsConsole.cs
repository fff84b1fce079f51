using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace Gitproc.Terminal;

/// <summary>
/// Standard output or error output that is a console of Windows. Text arrives there whatever the code page is, and
/// escape sequences are obeyed until the object is disposed.
/// </summary>
/// <remarks>
/// Shells switch escape sequences off for the programs that they start (PowerShell pull request 2991), and .NET does
/// not switch them on. It writes text in the code page, where most characters are question marks.
/// </remarks>
[SupportedOSPlatform("windows")]
public sealed unsafe partial class WindowsConsole : TextWriter
{
    private const uint ProcessedOutput = 1; // ENABLE_PROCESSED_OUTPUT
    private const uint VirtualTerminal = 4; // ENABLE_VIRTUAL_TERMINAL_PROCESSING

    // The console takes a text of less than 64 KB at a time.
    private const int MaxLength = 8192;

    private readonly nint _handle;
    private readonly uint _mode;

    private WindowsConsole(nint handle, uint mode)
    {
        _handle = handle;
        _mode = mode;
        _ = SetConsoleMode(handle, mode | ProcessedOutput | VirtualTerminal);
    }

    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.Unicode;

    /// <summary>True if there is a console. PowerShell and cmd read what programs print in its code page.</summary>
    public static bool HasCodePage => GetConsoleOutputCP() != 0;

    /// <summary>Opens standard output (1) or error output (2).</summary>
    /// <returns>Null if it is no console.</returns>
    public static WindowsConsole? TryOpen(int number) =>
        GetConsoleMode(HandleOf(number), out var mode) ? new WindowsConsole(HandleOf(number), mode) : null;

    /// <summary>
    /// True if standard output (1) or error output (2) obeys escape sequences. A console in legacy mode never does.
    /// </summary>
    public static bool TakesEscapes(int number) =>
        GetConsoleMode(HandleOf(number), out var mode) && (mode & VirtualTerminal) != 0;

    /// <inheritdoc/>
    public override void Write(char value) => Write(new ReadOnlySpan<char>(in value));

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        while (buffer.Length > 0)
        {
            var length = Math.Min(buffer.Length, MaxLength);
            // The two halves of a character belong together.
            if (length < buffer.Length && char.IsHighSurrogate(buffer[length - 1]))
                length--;
            fixed (char* text = buffer)
            {
                if (!WriteConsole(_handle, text, length, out _, 0))
                    throw new IOException(Marshal.GetLastPInvokeErrorMessage());
            }

            buffer = buffer[length..];
        }
    }

    /// <summary>Gives the console back as it was.</summary>
    protected override void Dispose(bool disposing)
    {
        _ = SetConsoleMode(_handle, _mode);
        base.Dispose(disposing);
    }

    // STD_OUTPUT_HANDLE is -11, STD_ERROR_HANDLE -12.
    private static nint HandleOf(int number) => GetStdHandle(-10 - number);

    [LibraryImport("kernel32")]
    private static partial nint GetStdHandle(int number);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetConsoleMode(nint console, out uint mode);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetConsoleMode(nint console, uint mode);

    [LibraryImport("kernel32")]
    private static partial uint GetConsoleOutputCP();

    [LibraryImport("kernel32", EntryPoint = "WriteConsoleW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool WriteConsole(nint console, char* text, int length, out int written, nint reserved);
}
