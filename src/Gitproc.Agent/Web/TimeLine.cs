using System.Globalization;

namespace Gitproc.Agent.Web;

/// <summary>
/// Who had which checkout in the last hours: a lane for each checkout, with a bar for each lease, and a mark for each
/// rescue. The lanes end at a whole minute, so that they stay as they are while nothing happens.
/// </summary>
internal static class TimeLine
{
    private const int MostLanes = 60;

    // In percent of a lane. A shorter one would not be seen.
    private const double ShortestBar = 0.25;

    public static Html Of(Board board)
    {
        var minute = TimeSpan.TicksPerMinute;
        var end = new DateTimeOffset((board.At.UtcTicks / minute + 1) * minute, TimeSpan.Zero);
        var begin = end - LocalBoard.Past;
        var hours = Hours(begin, end);
        var lanes = board.Machines
            .SelectMany(machine => Lanes(machine, begin, end))
            .ToList();
        if (lanes.Count == 0)
            return Html.Of($"""<section id="timeline" hidden></section>""");
        return Html.Of($"""
            <section id="timeline" aria-labelledby="timeline-name"><h2 id="timeline-name">Last {(int)LocalBoard.Past.TotalHours} hours</h2>
            <ol class="lanes">
            <li class="axis" aria-hidden="true"><span></span><svg>{Html.Join(hours.Select(hour => Html.Of($"""<text x="{hour.X}" y="70%" data-time="{hour.At.UtcDateTime.ToString("O")}">{hour.At.UtcDateTime.ToString("HH:mm")}</text>""")))}</svg></li>
            {Html.Join(lanes.Take(MostLanes).Select(lane => Draw(lane, hours, begin, end, board.Machines.Count > 1)))}
            </ol>
            {(lanes.Count > MostLanes ? Html.Of($"""<p class="more">and {lanes.Count - MostLanes} more</p>""") : Html.Empty)}
            <p class="legend"><span class="held">held now</span> <span class="released">released</span>
            <span class="over">ended by others</span> <span class="broken">broken</span> <span class="rescued">rescue</span></p>
            </section>
            """);
    }

    private static IEnumerable<Lane> Lanes(BoardMachine machine, DateTimeOffset begin, DateTimeOffset end)
    {
        var held = machine.Checkouts
            .Where(entry => entry.Checkout is { LeaseId: not null, Locked: true })
            .ToDictionary(entry => entry.Checkout.Name, entry => entry, StringComparer.Ordinal);
        return machine.Events
            .Select(one => one.Checkout)
            .Concat(held.Keys)
            .Distinct(StringComparer.Ordinal)
            .OrderBy(name => name.Length)
            .ThenBy(name => name, StringComparer.Ordinal)
            .Select(LaneOf)
            .Where(lane => lane.Bars.Count > 0 || lane.Rescues.Count > 0);

        Lane LaneOf(string name)
        {
            var events = machine.Events.Where(one => one.Checkout == name).Reverse().ToList();
            return new Lane(
                machine.Name,
                name,
                Bars(events, held.GetValueOrDefault(name)?.Checkout, begin, end),
                [.. events.Where(one => one.Kind == EventKind.Rescued).Select(one => one.Time)]);
        }
    }

    // events: of one checkout, the oldest first.
    private static List<Bar> Bars(
        IEnumerable<HistoryEvent> events, Checkout? held, DateTimeOffset begin, DateTimeOffset end)
    {
        var bars = new List<Bar>();
        var open = new Dictionary<string, HistoryEvent>(StringComparer.Ordinal);
        foreach (var one in events.Where(one => one.LeaseId is not null))
        {
            switch (one.Kind)
            {
                case EventKind.Created or EventKind.Acquired or EventKind.TakenOver or EventKind.Found:
                    open.TryAdd(one.LeaseId!, one);
                    break;
                case EventKind.Released or EventKind.Forced or EventKind.Reaped:
                case EventKind.Broken or EventKind.Removed:
                    var began = open.Remove(one.LeaseId!, out var first) ? first.Time : begin;
                    bars.Add(new Bar(began, one.Time, Class(one.Kind), $"{(first ?? one).Who}, {Ended(one)}"));
                    break;
                default:
                    break;
            }
        }

        if (held is { AcquiredAt: { } since })
        {
            var whose = held.User + (held.Label is { } label ? $": {label}" : "");
            bars.Add(new Bar(since < begin ? begin : since, end, "held", $"{whose}, held now"));
        }

        return bars;
    }

    private static string Class(EventKind kind) => kind switch
    {
        EventKind.Released => "released",
        EventKind.Broken => "broken",
        _ => "over",
    };

    private static string Ended(HistoryEvent one) =>
        $"{one.Kind.ToString().ToLowerInvariant()}{(one.Why is { } why ? $": {why}" : "")}";

    private static Html Draw(
        Lane lane,
        List<(DateTimeOffset At, string X)> hours,
        DateTimeOffset begin,
        DateTimeOffset end,
        bool namesMachine)
    {
        var lines = hours.Select(hour => Html.Of($"""<line x1="{hour.X}" x2="{hour.X}" y1="0" y2="100%" />"""));
        var name = namesMachine ? $"{lane.Checkout} on {lane.Machine}" : lane.Checkout;
        var bars = lane.Bars.Select(bar =>
        {
            var (from, to) = (At(bar.From), At(bar.To));
            var width = Math.Max(to - from, ShortestBar);
            return Html.Of($"""
                <rect class="{bar.Class}" x="{Percent(Math.Min(from, 100 - width))}" width="{Percent(width)}" y="15%" height="70%" rx="2"><title>{bar.From.UtcDateTime.ToString("HH:mm:ss")} to {bar.To.UtcDateTime.ToString("HH:mm:ss")} UTC: {bar.Text}</title></rect>
                """);
        });
        var rescues = lane.Rescues.Select(time => Html.Of($"""
            <circle class="rescued" cx="{Percent(At(time))}" cy="50%" r="4"><title>{time.UtcDateTime.ToString("HH:mm:ss")} UTC: work was rescued</title></circle>
            """));
        var what = lane.Bars.Count == 1 ? "1 lease" : $"{lane.Bars.Count} leases";
        return Html.Of($"""
            <li><span title="{name}">{name}</span><svg role="img" aria-label="{name}: {what}">{Html.Join([.. lines, .. bars, .. rescues])}</svg></li>

            """);

        double At(DateTimeOffset time) => Math.Clamp((time - begin) / (end - begin) * 100, 0, 100);
    }

    // The whole hours, and where they are in a lane.
    private static List<(DateTimeOffset At, string X)> Hours(DateTimeOffset begin, DateTimeOffset end)
    {
        var hour = TimeSpan.TicksPerHour;
        var hours = new List<(DateTimeOffset, string)>();
        for (var at = new DateTimeOffset(((begin.UtcTicks / hour) + 1) * hour, TimeSpan.Zero);
            at < end;
            at += TimeSpan.FromHours(1))
        {
            hours.Add((at, Percent((at - begin) / (end - begin) * 100)));
        }

        return hours;
    }

    private static string Percent(double part) => part.ToString("0.###", CultureInfo.InvariantCulture) + "%";

    private sealed record Lane(
        string Machine, string Checkout, IReadOnlyList<Bar> Bars, IReadOnlyList<DateTimeOffset> Rescues);

    private sealed record Bar(DateTimeOffset From, DateTimeOffset To, string Class, string Text);
}
