using Gitproc.Reports;

namespace Gitproc.Terminal;

/// <summary>
/// A live view. It uses the alternate screen of the terminal, so the user's screen is unchanged afterwards.
/// </summary>
/// <param name="source">What to show.</param>
/// <param name="screen">The terminal.</param>
/// <param name="hasColor">True to show states in colour.</param>
public sealed class LiveView(ILiveSource source, ConsoleScreen screen, bool hasColor)
{
    // Control sequences of xterm: switch to the alternate screen, hide the cursor, do not wrap long lines.
    private const string Enter = "\e[?1049h\e[?25l\e[?7l\e[2J";
    private const string Leave = "\e[0m\e[?7h\e[?25h\e[?1049l";

    // A change of the database is noticed at the next poll. The end of an owner is noticed only by reading the pool.
    private const int BetweenPollsMilliseconds = 250;
    private const int BetweenLooksMilliseconds = 2000;
    private const int BetweenAgesMilliseconds = 1000;

    // The minimum pause after reading the pool, as a multiple of the time that reading took. Reading a pool of a
    // thousand checkouts takes a while.
    private const int RestAfterLook = 50;
    private const int RestAfterChange = 10;

    private List<string> _shown = [];
    private (int Width, int Height) _size;
    private int _first;
    private long _lookAt;
    private long _lookAtChangeAt;
    private long _drawAt;

    /// <summary>Shows it until the user quits.</summary>
    /// <param name="cancellationToken">Ends the view.</param>
    /// <exception cref="OperationCanceledException">The view was cancelled, or Ctrl+C was pressed.</exception>
    /// <exception cref="GitprocException">It cannot be read.</exception>
    public void Run(CancellationToken cancellationToken)
    {
        // Read before switching screens, so that an error appears on the user's screen.
        Look();
        screen.Write(Enter);
        try
        {
            while (true)
            {
                Draw();
                var key = screen.WaitForKey(TimeSpan.FromMilliseconds(BetweenPollsMilliseconds));
                cancellationToken.ThrowIfCancellationRequested();
                if (key == ScreenKey.Interrupt)
                    throw new OperationCanceledException();
                if (key == ScreenKey.Quit)
                    return;
                Scroll(key);
                var now = Environment.TickCount64;
                if (now >= _lookAt || (now >= _lookAtChangeAt && source.HasChanged))
                    Look();
            }
        }
        finally
        {
            screen.Write(Leave);
        }
    }

    private void Look()
    {
        var began = Environment.TickCount64;
        source.Read();
        var now = Environment.TickCount64;
        _lookAt = now + Math.Max(BetweenLooksMilliseconds, RestAfterLook * (now - began));
        _lookAtChangeAt = now + (RestAfterChange * (now - began));
        _drawAt = now;
    }

    private void Scroll(ScreenKey key)
    {
        var page = Math.Max(1, _size.Height - 4);
        _first += key switch
        {
            ScreenKey.Up => -1,
            ScreenKey.Down => 1,
            ScreenKey.PageUp => -page,
            ScreenKey.PageDown => page,
            _ => 0,
        };
        if (key != ScreenKey.None)
            _drawAt = 0;
    }

    private void Draw()
    {
        var size = ConsoleScreen.Size;
        if (size == _size && Environment.TickCount64 < _drawAt)
            return;
        _drawAt = Environment.TickCount64 + BetweenAgesMilliseconds;
        var lines = Lines(size);
        var isAnew = size != _size;
        var changes = isAnew ? "\e[2J" : "";
        // Erase a line before writing it. After a full line, the cursor is on the last column, and erasing would remove
        // the character there.
        for (var i = 0; i < lines.Count; i++)
        {
            if (isAnew ? lines[i].Length > 0 : lines[i] != _shown[i])
                changes += $"\e[{i + 1};1H\e[K{lines[i]}";
        }

        (_shown, _size) = (lines, size);
        if (changes.Length > 0)
            screen.Write(changes);
    }

    // Returns exactly one string for each line of the terminal.
    private List<string> Lines((int Width, int Height) size)
    {
        var (titles, rows) = Rows(size.Width);
        // The summary and the titles are above the rows, the key help is below.
        var room = Math.Max(0, size.Height - 3);
        _first = Math.Clamp(_first, 0, Math.Max(0, rows.Count - room));
        var seen = Math.Min(room, rows.Count - _first);
        var summary = source.Summary;
        var title = CellText.CutMiddle(source.Title, Math.Max(1, size.Width - summary.Length - 2));
        var quit = screen.HasKeys ? "q quits" : "Ctrl+C quits";
        var foot =
            seen == rows.Count
                ? quit
                : $"{_first + 1} to {_first + seen} of {rows.Count}; {quit}{(screen.HasKeys ? ", arrows scroll" : "")}";
        List<string> lines =
        [
            Bold(CellText.CutEnd($"{title}  {summary}", size.Width)),
            rows.Count > 0 ? titles[Math.Min(_first, rows.Count - 1)] : Bold(""),
            .. rows.GetRange(_first, seen),
        ];
        while (lines.Count < size.Height - 1)
            lines.Add("");
        lines.Add(CellText.CutEnd(foot, size.Width));
        return [.. lines.Take(size.Height)];
    }

    // The rows of all tables, each with the titles that stand above while it is the first that is seen. Those of the
    // first table always stand there; those of another are rows too, below the table before.
    private (List<string> Titles, List<string> Rows) Rows(int width)
    {
        var (titles, rows) = (new List<string>(), new List<string>());
        foreach (var table in source.Tables(width, hasColor).Where(table => table.Count > 0))
        {
            var own = Bold(table[0]);
            if (rows.Count > 0)
            {
                rows.AddRange(["", own]);
                titles.AddRange([titles[^1], titles[^1]]);
            }

            rows.AddRange(table.Skip(1));
            titles.AddRange(Enumerable.Repeat(own, table.Count - 1));
        }

        return (titles, rows);
    }

    private string Bold(string text) => hasColor ? $"\e[1m{text}\e[0m" : text;
}
