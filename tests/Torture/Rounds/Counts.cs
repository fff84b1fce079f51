using Gitproc.Torture.Workers;

namespace Gitproc.Torture.Rounds;

/// <summary>What the run counts besides what workers say.</summary>
internal static class Counts
{
    /// <summary>Workers that were killed.</summary>
    public const string Kills = "kills";

    /// <summary>Of them, those that were making a checkout.</summary>
    public const string KillsWhileMaking = "kills-while-making";

    /// <summary>Of them, those that stood in the queue.</summary>
    public const string KillsWhileWaiting = "kills-while-waiting";

    /// <summary>Of them, those that were about something.</summary>
    /// <param name="operation">What.</param>
    /// <returns>The word.</returns>
    public static string KillsWhile(Operation operation) => $"kills-while-{operation}";

    /// <summary>Killed holders of the database.</summary>
    public const string DatabaseKills = "database-kills";

    /// <summary>Removed folders of checkouts.</summary>
    public const string Removals = "removals";

    /// <summary>Leases that were taken over or taken off, because their owners were gone.</summary>
    public const string Takeovers = "takeovers";

    /// <summary>Checkouts that were made, or made anew.</summary>
    public const string Creations = "creations";

    /// <summary>Processes that hung in the pool after a round, and were ended.</summary>
    public const string Hanging = "hanging";

    /// <summary>The most folders that were left in <c>tmp</c> after a round.</summary>
    public const string MostUnfinished = "most-unfinished";

    /// <summary>The most files that were left in <c>queue</c> after a round.</summary>
    public const string MostTickets = "most-tickets";

    /// <summary>Rescues that say of files that somebody has deleted them.</summary>
    public const string NotWhole = "not-whole";

    /// <summary>Pieces of work that holders left and that were found in rescues.</summary>
    public const string Rescued = "rescued";
}
