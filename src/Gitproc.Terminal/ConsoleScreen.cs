using System.Runtime.InteropServices;
using System.Text;

namespace Gitproc.Terminal;

/// <summary>The keys of a live view.</summary>
public enum ScreenKey
{
    /// <summary>No key was pressed, or a key without a meaning.</summary>
    None,

    /// <summary>End the view.</summary>
    Quit,

    /// <summary>Ctrl+C, if the terminal delivers it as a key rather than as a signal.</summary>
    Interrupt,

    /// <summary>Scroll up by a line.</summary>
    Up,

    /// <summary>Scroll down by a line.</summary>
    Down,

    /// <summary>Scroll up by a page.</summary>
    PageUp,

    /// <summary>Scroll down by a page.</summary>
    PageDown,
}

/// <summary>
/// The terminal of this process, for a live view. It must support ANSI escape sequences. Until you dispose the object,
/// the terminal does not echo keys, and Ctrl+C is an ordinary key. Disposing restores the terminal.
/// </summary>
public sealed partial class ConsoleScreen : IDisposable
{
    private const int StandardInput = 0;
    private const int StandardOutput = 1;
    private const int StandardError = 2;

    // fcntl(2); the same on Linux and macOS.
    private const int GetFlags = 3; // F_GETFL
    private const int AccessMode = 3; // O_ACCMODE
    private const int WriteOnly = 1; // O_WRONLY

    private const short PollIn = 1;
    private const char ControlC = '\x03';

    // struct termios is not longer than this on any supported system.
    private const int MaxTermios = 256;

    private static readonly TimeSpan BetweenLooksOnWindows = TimeSpan.FromMilliseconds(50);

    // If standard input is a file or a pipe, keys are read from standard output: shells open the terminal for reading
    // and writing.
    private readonly int _keys = Console.IsInputRedirected ? StandardOutput : StandardInput;
    private readonly byte[]? _before;
    private readonly TextWriter? _console;
    private string _typed = "";

    /// <summary>Takes over the terminal.</summary>
    public ConsoleScreen()
    {
        // The first query makes .NET set up the terminal. It must not do that after BecomeRaw.
        _ = Size;
        // .NET itself leaves echo on between two queries for keys.
        if (OperatingSystem.IsWindows())
        {
            _console = WindowsConsole.TryOpen(StandardOutput);
            if (HasKeys)
                Console.TreatControlCAsInput = true;
        }
        else if ((GetDescriptorFlags(_keys, GetFlags) & AccessMode) != WriteOnly)
            _before = BecomeRaw(_keys);
    }

    /// <summary>True if standard output is a terminal that supports escape sequences.</summary>
    public static bool IsThere => !Console.IsOutputRedirected && TakesEscapes(StandardOutput);

    /// <summary>The same of standard error.</summary>
    public static bool IsErrorThere => !Console.IsErrorRedirected && TakesEscapes(StandardError);

    /// <summary>True if standard output supports escape sequences and the user allows colours (no-color.org).</summary>
    public static bool TakesColor => IsThere && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>
    /// The number of columns for a table; null, so nothing is cut, if standard output is not a terminal.
    /// </summary>
    public static int? TableWidth => Console.IsOutputRedirected ? null : Size.Width;

    /// <summary>The size in columns and lines; both are at least 1.</summary>
    public static (int Width, int Height) Size =>
        Console.WindowWidth is > 0 and var width && Console.WindowHeight is > 0 and var height
            ? (width, height)
            : (80, 24);

    /// <summary>True if keys can be read. If not, only the signal of Ctrl+C ends a view.</summary>
    public bool HasKeys => _before is not null || (OperatingSystem.IsWindows() && !Console.IsInputRedirected);

    /// <summary>Waits for a key.</summary>
    /// <param name="longest">The maximum time to wait.</param>
    /// <returns>The key; <see cref="ScreenKey.None"/> if none was pressed.</returns>
    public ScreenKey WaitForKey(TimeSpan longest)
    {
        if (_before is not null)
            return WaitForBytes((int)longest.TotalMilliseconds);
        if (!HasKeys)
        {
            Thread.Sleep(longest);
            return ScreenKey.None;
        }

        var end = Environment.TickCount64 + (long)longest.TotalMilliseconds;
        while (!Console.KeyAvailable)
        {
            if (Environment.TickCount64 >= end)
                return ScreenKey.None;
            Thread.Sleep(BetweenLooksOnWindows);
        }

        var key = Console.ReadKey(intercept: true);
        return key.Key switch
        {
            ConsoleKey.UpArrow => ScreenKey.Up,
            ConsoleKey.DownArrow => ScreenKey.Down,
            ConsoleKey.PageUp => ScreenKey.PageUp,
            ConsoleKey.PageDown => ScreenKey.PageDown,
            _ => Take($"{key.KeyChar}", out _),
        };
    }

    /// <summary>Writes text and escape sequences.</summary>
    public void Write(string text) => (_console ?? Console.Out).Write(text);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_before is not null)
            _ = SetAttributes(_keys, 0, _before);
        if (OperatingSystem.IsWindows() && HasKeys)
            Console.TreatControlCAsInput = false;
        _console?.Dispose();
    }

    private static bool TakesEscapes(int number) =>
        Environment.GetEnvironmentVariable("TERM") != "dumb"
        && (!OperatingSystem.IsWindows() || WindowsConsole.TakesEscapes(number));

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
        if (_typed.Length == 0)
        {
            var poll = new PollEntry { Descriptor = _keys, Events = PollIn };
            if (Poll(ref poll, 1, milliseconds) <= 0)
                return ScreenKey.None;
            var bytes = new byte[64];
            var count = (int)ReadBytes(_keys, bytes, bytes.Length);
            if (count <= 0)
                return ScreenKey.Quit; // The terminal is closed.
            _typed = Encoding.ASCII.GetString(bytes, 0, count);
        }

        return Take(_typed, out _typed);
    }

    // Takes the first key of what was typed. The sequences are those of xterm and compatible terminals, in both modes
    // of the cursor keys.
    private static ScreenKey Take(string typed, out string rest)
    {
        ScreenKey key;
        (key, rest) = typed switch
        {
            _ when typed.Contains(ControlC, StringComparison.Ordinal) => (ScreenKey.Interrupt, ""),
            ['q' or 'Q', ..] => (ScreenKey.Quit, ""),
            ['\e', '[' or 'O', 'A', .. var more] => (ScreenKey.Up, more),
            ['\e', '[' or 'O', 'B', .. var more] => (ScreenKey.Down, more),
            ['\e', '[', '5', '~', .. var more] => (ScreenKey.PageUp, more),
            ['\e', '[', '6', '~', .. var more] => (ScreenKey.PageDown, more),
            ['k', .. var more] => (ScreenKey.Up, more),
            ['j', .. var more] => (ScreenKey.Down, more),
            [' ', .. var more] => (ScreenKey.PageDown, more),
            [_, .. var more] => (ScreenKey.None, more),
            _ => (ScreenKey.None, ""),
        };
        return key;
    }

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
