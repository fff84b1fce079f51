using System.Runtime.InteropServices;
using System.Text;
using Gitproc.Views;

namespace Gitproc.Cli.Output;

/// <summary>
/// The terminal of this process, for a live view. Also compiled into the module: Core knows no terminal. While there is one, keys are
/// not shown and Ctrl+C is a key like any other; disposing it gives the terminal back as it was.
/// </summary>
internal sealed partial class ConsoleScreen : IScreen, IDisposable
{
    private const int StandardInput = 0;
    private const int StandardOutput = 1;

    // fcntl(2); the same on Linux and macOS.
    private const int GetFlags = 3; // F_GETFL
    private const int AccessMode = 3; // O_ACCMODE
    private const int WriteOnly = 1; // O_WRONLY

    private const short PollIn = 1;
    private const char ControlC = '\x03';

    // Of no system the struct termios is longer.
    private const int MaxTermios = 256;

    private static readonly TimeSpan BetweenLooksOnWindows = TimeSpan.FromMilliseconds(50);

    // Where keys come from when standard input is a file or a pipe: the terminal is open for both, as shells open it.
    private readonly int _keys = Console.IsInputRedirected ? StandardOutput : StandardInput;
    private readonly byte[]? _before;

    /// <summary>Takes the terminal.</summary>
    public ConsoleScreen()
    {
        // .NET sets the terminal up when it is first asked for this, and is not to do so later.
        _ = Size;
        // Between two looks for keys .NET lets the terminal show what is typed.
        if (!OperatingSystem.IsWindows() && (GetDescriptorFlags(_keys, GetFlags) & AccessMode) != WriteOnly)
            _before = BecomeRaw(_keys);
    }

    /// <summary>Whether there is one that obeys escape sequences.</summary>
    public static bool IsThere => !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <inheritdoc/>
    public (int Width, int Height) Size => Console.WindowWidth is > 0 and var width && Console.WindowHeight is > 0 and var height ? (width, height) : (80, 24);

    /// <inheritdoc/>
    public bool HasKeys => _before is not null || (OperatingSystem.IsWindows() && !Console.IsInputRedirected);

    /// <inheritdoc/>
    public void Write(string text) => Console.Out.Write(text);

    /// <inheritdoc/>
    public ScreenKey WaitForKey(TimeSpan longest)
    {
        if (_before is not null)
            return WaitForBytes((int)longest.TotalMilliseconds);
        if (!HasKeys)
        {
            Thread.Sleep(longest);
            return ScreenKey.None;
        }

        for (var end = Environment.TickCount64 + (long)longest.TotalMilliseconds; !Console.KeyAvailable; Thread.Sleep(BetweenLooksOnWindows))
        {
            if (Environment.TickCount64 >= end)
                return ScreenKey.None;
        }

        var key = Console.ReadKey(intercept: true);
        return key.Key switch
        {
            ConsoleKey.UpArrow => ScreenKey.Up,
            ConsoleKey.DownArrow => ScreenKey.Down,
            ConsoleKey.PageUp => ScreenKey.PageUp,
            ConsoleKey.PageDown => ScreenKey.PageDown,
            _ => Read($"{key.KeyChar}"),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_before is not null)
            _ = SetAttributes(_keys, 0, _before);
    }

    private static byte[]? BecomeRaw(int terminal)
    {
        var before = new byte[MaxTermios];
        if (GetAttributes(terminal, before) != 0)
            return null;
        byte[] raw = [.. before];
        MakeRaw(raw);
        return SetAttributes(terminal, 0, raw) == 0 ? before : null;
    }

    private ScreenKey WaitForBytes(int milliseconds)
    {
        var poll = new PollEntry { Descriptor = _keys, Events = PollIn };
        if (Poll(ref poll, 1, milliseconds) <= 0)
            return ScreenKey.None;
        var bytes = new byte[64];
        var count = (int)ReadBytes(_keys, bytes, bytes.Length);
        // Nobody is there any more.
        return count <= 0 ? ScreenKey.Quit : Read(Encoding.ASCII.GetString(bytes, 0, count));
    }

    // What xterm and its like send, in either mode of the arrow keys.
    private static ScreenKey Read(string typed) => typed switch
    {
        _ when typed.Contains(ControlC, StringComparison.Ordinal) => ScreenKey.Interrupt,
        _ when typed.Contains('q', StringComparison.OrdinalIgnoreCase) => ScreenKey.Quit,
        "\e[A" or "\eOA" or "k" => ScreenKey.Up,
        "\e[B" or "\eOB" or "j" => ScreenKey.Down,
        "\e[5~" => ScreenKey.PageUp,
        "\e[6~" or " " => ScreenKey.PageDown,
        _ => ScreenKey.None,
    };

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, Span<byte> attributes);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int actions, ReadOnlySpan<byte> attributes);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(Span<byte> attributes);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int GetDescriptorFlags(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollEntry entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint ReadBytes(int descriptor, Span<byte> buffer, nint count);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }
}
