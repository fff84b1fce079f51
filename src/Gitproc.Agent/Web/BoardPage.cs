using System.Globalization;
using Gitproc.Pools;
using Gitproc.Terminal;
using Gitproc.Text;

namespace Gitproc.Agent.Web;

/// <summary>
/// The page: a board as HTML. Without JavaScript it is a few tables. The style sheet lays the table of checkouts out as
/// cards, and the script puts newer parts in place of older ones. A part changes at most once a minute if nothing
/// happens, because it shows ages in minutes; the script shows them in seconds.
/// </summary>
internal static class BoardPage
{
    private const int MostRescues = 20;
    private const int MostWaiters = 20;
    private const int MostEvents = 30;

    /// <summary>The whole page.</summary>
    public static Html Whole(Board board) => Html.Of($"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{Title(board)}</title>
        <link rel="icon" href="icon.svg">
        <link rel="stylesheet" href="page.css">
        <script src="page.js" defer></script>
        <noscript><meta http-equiv="refresh" content="10"></noscript>
        </head>
        <body>
        <a class="skip" href="#board">Skip to the checkouts</a>
        <header>
        <h1>Gitproc</h1>
        <p id="live" role="status">as of {Moment(board.At)}</p>
        <label class="needs-script">Filter <input id="filter" type="search" autocomplete="off" aria-keyshortcuts="/"></label>
        </header>
        <main id="board">
        {Parts(board)}
        </main>
        </body>
        </html>
        """);

    /// <summary>The parts of the page that change, each with an id.</summary>
    public static Html Parts(Board board) => Html.Join(
    [
        Summary(board),
        Queue(board),
        .. board.Machines.Select((machine, at) => Machine(board, machine, at)),
        TimeLine.Of(board),
        Rescues(board),
        Events(board),
    ]);

    private static string Title(Board board)
    {
        var held = board.Machines.Sum(machine => machine.Checkouts.Count(entry => entry.Checkout.Locked));
        var waiting = board.Queue.Count == 0 ? "" : $", {board.Queue.Count} waiting";
        var where = board.Machines is [var only] ? only.Name : $"{board.Machines.Count} machines";
        return $"{held} held{waiting} · {where} · Gitproc";
    }

    private static Html Summary(Board board)
    {
        var all = board.Machines.SelectMany(machine => machine.Checkouts).ToList();
        var states = Enum.GetValues<CheckoutState>()
            .Select(state => (Word: Word(state), Count: all.Count(entry => entry.Checkout.State == state)))
            .Where(state => state.Count > 0 || state.Word is "free" or "locked");
        return Html.Of($"""
            <section id="summary" data-title="{Title(board)}" aria-label="Summary"><dl>
            {Html.Join(states.Select(state => Tile(state.Word, state.Count)))}
            {Tile("waiting", board.Queue.Count)}
            {Tile("rescues", board.Machines.Sum(machine => machine.Rescues.Count))}
            </dl></section>
            """);

        static Html Tile(string word, int count) =>
            Html.Of($"""<div class="{(count == 0 ? "none" : word)}"><dt>{word}</dt><dd>{count}</dd></div>""");
    }

    private static Html Machine(Board board, BoardMachine machine, int at) => Html.Of($"""
        <section id="machine-{at}" class="machine" aria-labelledby="machine-{at}-name">
        <div class="head"><h2 id="machine-{at}-name">{machine.Name}</h2> <span class="place">{machine.Place}</span>
        <span class="note">{machine.Note}</span>
        {Disk(machine)}</div>
        {Problem(machine)}
        {Checkouts(board, machine)}
        </section>
        """);

    private static Html Disk(BoardMachine machine)
    {
        if (machine.Disk is not var (free, size) || size == 0)
        {
            return machine.FreeSpace is { } space
                ? Html.Of($"""<span class="disk">{PrintableSize.Of(space)} free</span>""")
                : Html.Empty;
        }

        var used = (int)((size - free) * 100 / size);
        return Html.Of($"""
            <span class="disk"><meter min="0" max="100" low="80" high="95" optimum="0" value="{used}" aria-label="Disk in use">{used} %</meter>
            {used} % of {PrintableSize.Of(size)} in use</span>
            """);
    }

    private static Html Problem(BoardMachine machine) => machine.Problem is { } problem
        ? Html.Of($"""<p class="problem" role="alert">{problem}</p>""")
        : Html.Empty;

    private static Html Checkouts(Board board, BoardMachine machine) => machine.Checkouts.Count == 0
        ? Html.Of($"""<p class="nothing">No checkout yet. The first acquire makes one.</p>""")
        : Html.Of($"""
            <table class="checkouts" role="table">
            {Titles("Checkout", "State", "Repository", "Branch", "Holder", "Doing", "Since")}
            <tbody role="rowgroup">
            {Html.Join(machine.Checkouts.Select(entry => Row(board, machine, entry)))}
            </tbody></table>
            """);

    // The roles stay what they are if the style sheet makes cards of the rows.
    private static Html Titles(params string[] titles)
    {
        var cells = titles.Select(title => Html.Of($"""<th role="columnheader" scope="col">{title}</th>"""));
        return Html.Of($"""<thead role="rowgroup"><tr role="row">{Html.Join(cells)}</tr></thead>""");
    }

    private static Html Row(Board board, BoardMachine machine, PoolEntry entry)
    {
        var one = entry.Checkout;
        return Html.Of($"""
            <tr role="row" class="{Word(one.State)}" id="{machine.Name}-{one.Name}">
            <th role="rowheader" scope="row" class="name">{one.Name}</th>
            <td role="cell" class="state">{Word(one.State)}</td>
            <td role="cell" class="repository" title="{one.Repository}">{Short(one.Repository)}</td>
            <td role="cell" class="branch" title="{one.Commit}">{CheckoutText.Head(one)}</td>
            <td role="cell" class="holder">{Holder(one)}</td>
            <td role="cell" class="doing">{Doing(entry)}{Expiry(one)}</td>
            <td role="cell" class="since">{Age(entry.Since, board.At)}</td>
            </tr>

            """);
    }

    private static Html Holder(Checkout one)
    {
        if (CheckoutText.Holder(one) is not { } holder)
            return Html.Empty;
        var isNamed = one.OwnerProcessId is null;
        return isNamed ? Html.Of($"{holder}") : Html.Of($"""<span class="user">{one.User}</span> {holder}""");
    }

    private static Html Doing(PoolEntry entry)
    {
        var job = entry.Checkout.Job;
        if (job is null || Link(job.Url) is not { } link)
            return Html.Of($"{entry.Doing}");
        // Where the text ends with the job, that becomes the link.
        var name = job.ToString();
        var before = entry.Doing.EndsWith(name, StringComparison.Ordinal) ? entry.Doing[..^name.Length]
            : entry.Doing.Length > 0 ? $"{entry.Doing}, "
            : "";
        return Html.Of(
            $"""{before}<a href="{link}" target="_blank" rel="noopener noreferrer">{name}</a>""");
    }

    private static Html Expiry(Checkout one) => one is { Locked: true, ExpiresAt: { } at }
        ? Html.Of($""" <span class="expiry">expires {Moment(at)}</span>""")
        : Html.Empty;

    private static Html Queue(Board board) => board.Queue.Count == 0
        ? Html.Of($"""<section id="queue" hidden></section>""")
        : Html.Of($"""
            <section id="queue" aria-labelledby="queue-name"><h2 id="queue-name">Queue</h2>
            <table class="list">{Titles("Place", "Repository", "Who", "Waits")}
            <tbody>
            {Html.Join(board.Queue.Take(MostWaiters).Select(waiter => Html.Of($"""
                <tr><td class="place">{waiter.Place}</td>
                <td title="{waiter.Repository}">{Short(waiter.Repository)}{(waiter.For is { } only ? $" ({only})" : "")}</td>
                <td>{waiter.Who}{(board.Machines.Count > 1 ? $" on {waiter.Machine}" : "")}</td>
                <td>{Age(waiter.Since, board.At)}</td></tr>

                """)))}
            </tbody></table>{(board.Queue.Count > MostWaiters ? Html.Of($"""<p class="more">and {board.Queue.Count - MostWaiters} more</p>""") : Html.Empty)}
            </section>
            """);

    private static Html Rescues(Board board)
    {
        var all = board.Machines
            .SelectMany(machine => machine.Rescues.Select(rescue => (Machine: machine, Rescue: rescue)))
            .OrderByDescending(one => one.Rescue.RescuedAt)
            .ToList();
        if (all.Count == 0)
            return Html.Of($"""<section id="rescues" hidden></section>""");
        return Html.Of($"""
            <section id="rescues" aria-labelledby="rescues-name"><h2 id="rescues-name">Rescues</h2>
            <table class="list">{Titles("Rescue", "Repository", "Of", "Work", "Age")}
            <tbody>
            {Html.Join(all.Take(MostRescues).Select(one => Html.Of($"""
                <tr><td><code title="gitproc rescue restore {one.Rescue.ShortId}">{one.Rescue.ShortId}</code></td>
                <td title="{one.Rescue.Repository}">{Short(one.Rescue.Repository)}{(one.Rescue.Branch is { } branch ? $" {branch}" : "")}</td>
                <td>{one.Rescue.Holder ?? one.Rescue.Checkout}{(one.Rescue.Job is { } job ? $", {job}" : "")}{(board.Machines.Count > 1 ? $" on {one.Machine.Name}" : "")}</td>
                <td>{Count(one.Rescue.Files, "file")}, {Count(one.Rescue.Commits, "commit")}</td>
                <td>{Age(one.Rescue.RescuedAt, board.At)}</td></tr>

                """)))}
            </tbody></table>
            <p class="more">{(all.Count > MostRescues ? $"and {all.Count - MostRescues} more. " : "")}To get one back: <code>gitproc rescue restore RESCUE</code></p>
            </section>
            """);
    }

    private static Html Events(Board board)
    {
        var all = board.Machines
            .SelectMany(machine => machine.Events.Select(one => (Machine: machine, Event: one)))
            .OrderByDescending(one => one.Event.Time)
            .Take(MostEvents);
        return Html.Of($"""
            <section id="events" aria-labelledby="events-name"><details id="events-list"><summary><h2 id="events-name">Last events</h2></summary>
            <table class="list">{Titles("When", "Checkout", "What", "Repository", "By")}
            <tbody>
            {Html.Join(all.Select(one => Html.Of($"""
                <tr><td>{Moment(one.Event.Time)}</td>
                <td>{one.Event.Checkout}{(board.Machines.Count > 1 ? $" on {one.Machine.Name}" : "")}</td>
                <td>{one.Event.Kind.ToString()}</td>
                <td title="{one.Event.Repository}">{Short(one.Event.Repository)}</td>
                <td>{one.Event.Who}{(one.Event.Why is { } why ? $": {why}" : "")}</td></tr>

                """)))}
            </tbody></table></details></section>
            """);
    }

    /// <summary>The address, if a browser may follow it: a job may name any text.</summary>
    private static string? Link(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" ? uri.AbsoluteUri : null;

    private static string Word(CheckoutState state) => state.ToString().ToLowerInvariant();

    private static string Short(string key) => key[(key.LastIndexOf('/') + 1)..];

    private static string Count(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    /// <summary>A moment, which the script shows in the browser's zone.</summary>
    public static Html Moment(DateTimeOffset at)
    {
        var day = at.UtcDateTime.Date == DateTime.UtcNow.Date ? "" : at.UtcDateTime.ToString("yyyy-MM-dd ");
        return Html.Of(
            $"""<time datetime="{at.UtcDateTime.ToString("O")}">{day}{at.UtcDateTime.ToString("HH:mm:ss")} UTC</time>""");
    }

    private static Html Age(DateTimeOffset since, DateTimeOffset now)
    {
        var age = now - since;
        var text = age.TotalMinutes < 1 ? "now" : age.TotalMinutes < 2 ? "1 m" : PrintableTime.Age(age);
        return Html.Of($"""<time class="age" datetime="{since.UtcDateTime.ToString("O")}">{text}</time>""");
    }
}
