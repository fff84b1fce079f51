using System.Globalization;

namespace Gitproc.Torture;

/// <summary>The options of a run, as <see cref="Help"/> describes them.</summary>
internal sealed record Options
{
    /// <summary>The text that is printed if the command line is not valid.</summary>
    public const string Help =
        """
        Torture of a pool of checkouts. Exits with 1, and says what was violated, when something was.

          --kills N         kill at least so many workers (100)
          --acquisitions N  and go on until there were so many acquisitions (1000)
          --workers N       so many at a time (6)
          --linked PERCENT  so many of the acquisitions want a worktree checkout, and half of the others a clone (40)
          --spares N        so many spares are kept ready, and who makes them is killed too (2)
          --seed N          for the choices that are made; moments are random all the same
          --folder DIR      where to work; what is there is removed (a new temporary folder)

        Or the queue, and what it costs:

          --waiters N       so many processes wait
          --checkouts N     for so many checkouts (3)

        Or the database of a fleet, and how much it can do:

          --scale N         so many machines, with a hundred checkouts each
          --seconds N       for so long (60)

        Or a fleet of machines, with an agent each:

          --machines N      so many machines, with so many workers each as --workers says
          --kills N         and so many kills and other harm
          --seconds N       but for no longer than this (as long as it takes)
        """;

    public int Kills { get; private init; } = 100;

    public int Acquisitions { get; private init; } = 1000;

    public int Workers { get; private init; } = 6;

    /// <summary>The percentage of acquisitions that accept only a worktree checkout.</summary>
    public int Linked { get; private init; } = 40;

    /// <summary>The number of free checkouts that are to be ready for the next acquire.</summary>
    public int Spares { get; private init; } = 2;

    public int Seed { get; private init; } = Random.Shared.Next();

    /// <summary>The folder of the run; null for a new temporary folder.</summary>
    public string? Folder { get; private init; }

    /// <summary>The number of waiting processes; null for a torture.</summary>
    public int? Waiters { get; private init; }

    public int Checkouts { get; private init; } = 3;

    /// <summary>The number of machines whose calls are simulated; null for another run.</summary>
    public int? Scale { get; private init; }

    /// <summary>The number of machines of a fleet; null for another run.</summary>
    public int? Machines { get; private init; }

    /// <summary>How long it goes on; null for as long as it takes.</summary>
    public int? Seconds { get; private init; }

    /// <returns>The options; null if the command line is not valid.</returns>
    public static Options? Parse(string[] args)
    {
        var options = new Options();
        foreach (var pair in args.Chunk(2))
        {
            int? number =
                pair.Length == 2
                && int.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                    ? value
                    : null;
            var next = (pair[0], number) switch
            {
                ("--kills", { } n) => options with { Kills = n },
                ("--acquisitions", { } n) => options with { Acquisitions = n },
                ("--workers", { } n and > 0) => options with { Workers = n },
                ("--linked", { } n and <= 100) => options with { Linked = n },
                ("--spares", { } n) => options with { Spares = n },
                ("--seed", { } n) => options with { Seed = n },
                ("--waiters", { } n and > 0) => options with { Waiters = n },
                ("--checkouts", { } n and > 0) => options with { Checkouts = n },
                ("--scale", { } n and > 0) => options with { Scale = n },
                ("--machines", { } n and > 0) => options with { Machines = n },
                ("--seconds", { } n and > 0) => options with { Seconds = n },
                ("--folder", _) when pair.Length == 2 => options with { Folder = Path.GetFullPath(pair[1]) },
                _ => null,
            };
            if (next is null)
                return null;
            options = next;
        }

        return options;
    }

    /// <summary>Parses a number that this program has written.</summary>
    public static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
