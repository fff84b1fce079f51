using System.Globalization;

namespace Gitproc.Torture;

/// <summary>What is wanted of a run.</summary>
internal sealed record Options
{
    /// <summary>The text for who asks for something else.</summary>
    public const string Help =
        """
        Torture of a pool of checkouts. Exits with 1, and says what was violated, when something was.

          --kills N         kill at least so many workers (100)
          --acquisitions N  and go on until there were so many acquisitions (1000)
          --workers N       so many at a time (6)
          --linked PERCENT  so many of the acquisitions want a worktree checkout, and half of the others a clone (40)
          --seed N          for the choices that are made; moments are random all the same
          --folder DIR      where to work; what is there is removed (a new temporary folder)

        Or the queue, and what it costs:

          --waiters N       so many processes wait
          --checkouts N     for so many checkouts (3)
        """;

    /// <summary>How many workers to kill, at least.</summary>
    public int Kills { get; private init; } = 100;

    /// <summary>How many acquisitions there have to be.</summary>
    public int Acquisitions { get; private init; } = 1000;

    /// <summary>How many workers there are at a time.</summary>
    public int Workers { get; private init; } = 6;

    /// <summary>In how many of a hundred acquisitions only a worktree checkout will do.</summary>
    public int Linked { get; private init; } = 40;

    /// <summary>Where the choices begin.</summary>
    public int Seed { get; private init; } = Random.Shared.Next();

    /// <summary>Where to work; null for a new temporary folder.</summary>
    public string? Folder { get; private init; }

    /// <summary>How many are to wait; null for a torture.</summary>
    public int? Waiters { get; private init; }

    /// <summary>For how many checkouts they wait.</summary>
    public int Checkouts { get; private init; } = 3;

    /// <summary>Reads the command line.</summary>
    /// <param name="args">The words.</param>
    /// <returns>The options; null when they make no sense.</returns>
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
                ("--seed", { } n) => options with { Seed = n },
                ("--waiters", { } n and > 0) => options with { Waiters = n },
                ("--checkouts", { } n and > 0) => options with { Checkouts = n },
                ("--folder", _) when pair.Length == 2 => options with { Folder = Path.GetFullPath(pair[1]) },
                _ => null,
            };
            if (next is null)
                return null;
            options = next;
        }

        return options;
    }

    /// <summary>Reads a number that this program has written.</summary>
    /// <param name="text">The number.</param>
    /// <returns>The number.</returns>
    public static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
