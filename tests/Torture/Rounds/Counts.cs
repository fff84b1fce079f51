using Gitproc.Torture.Workers;

namespace Gitproc.Torture.Rounds;

/// <summary>The words for what the run itself counts. <see cref="Words"/> has those that workers write.</summary>
internal static class Counts
{
    public const string Kills = "kills";

    /// <summary>Workers that were killed while they made a checkout.</summary>
    public const string KillsWhileMaking = "kills-while-making";

    /// <summary>Workers that were killed while they waited in the queue.</summary>
    public const string KillsWhileWaiting = "kills-while-waiting";

    /// <summary>Workers that were killed during an operation.</summary>
    public static string KillsWhile(Operation operation) => $"kills-while-{operation}";

    public const string DatabaseKills = "database-kills";

    /// <summary>Processes that were killed while they made spares.</summary>
    public const string SpareKills = "spare-kills";

    /// <summary>Spares that were made, or brought up to date.</summary>
    public const string Spares = "spares";

    /// <summary>Processes that made spares and failed, for example because a folder was removed.</summary>
    public const string SpareFailures = "spare-failures";

    /// <summary>Folders of checkouts that were removed on purpose.</summary>
    public const string Removals = "removals";

    /// <summary>Leases that were taken over or reaped, because their owners were gone.</summary>
    public const string Takeovers = "takeovers";

    /// <summary>Checkouts that were made, whether new or again.</summary>
    public const string Creations = "creations";

    /// <summary>Processes that hung in the pool and were ended (see <see cref="Orphans"/>).</summary>
    public const string Hanging = "hanging";

    /// <summary>The most folders that were left in <c>tmp</c> after a round.</summary>
    public const string MostUnfinished = "most-unfinished";

    /// <summary>The most files that were left in <c>queue</c> after a round.</summary>
    public const string MostTickets = "most-tickets";

    /// <summary>Rescues that record deleted files (see <see cref="RescuedWork"/>).</summary>
    public const string NotWhole = "not-whole";

    /// <summary>Pieces of work that were found in rescues.</summary>
    public const string Rescued = "rescued";
}
