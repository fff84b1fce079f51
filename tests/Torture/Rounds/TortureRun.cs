using System.Diagnostics;
using Gitproc.Torture.Workers;

namespace Gitproc.Torture.Rounds;

/// <summary>
/// Kills processes at random moments, and checks that no two hold one checkout and that no work is lost.
/// </summary>
/// <param name="ground">The folder of the run.</param>
/// <param name="options">The options from the command line.</param>
/// <remarks>
/// <para>
/// In each round, a crew of workers acquires, resets, removes, restores and repairs in one pool. Meanwhile this process
/// kills workers at random moments and replaces them. Three more threads kill a process that holds the database in a
/// transaction (<see cref="DatabaseKiller"/>), remove folders of checkouts (<see cref="FolderRemover"/>), and kill the
/// process that makes spares (<see cref="SpareKiller"/>).
/// </para>
/// <para>
/// Workers check what only they can see: that each has its checkout to itself (<see cref="Claim"/>), that the checkout
/// is clean, and that operations fail only in expected ways. They write what happens, and this process counts it. A
/// killed worker leaves no summary, so each line is written at once.
/// </para>
/// <para>
/// At the end of a round half of the workers are killed and the others end in good order. Then <see cref="Inspection"/>
/// checks what is left: the database, leases, folders and rescues. Nothing else changes the pool then, so these checks
/// can be strict.
/// </para>
/// <para>
/// Rounds repeat until there were enough kills and acquisitions, or until the first violation. The seed repeats the
/// choices, but not the moments of the kills.
/// </para>
/// </remarks>
internal sealed class TortureRun(Ground ground, Options options)
{
    private const int KillsInRound = 50;
    private const int MaxPause = 100;

    // With so many kills, each operation must be hit at least once.
    private const int LongRun = 1000;

    // Covers the longest time that a process keeps others from the database, on a slow and busy machine.
    private static readonly TimeSpan LongestStandstill = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan LongestHanging = TimeSpan.FromSeconds(20);

    private readonly Tally _tally = new();
    private readonly Random _random = new(options.Seed);
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <returns>0 if there was no violation, else 1.</returns>
    public int Run()
    {
        Console.WriteLine($"seed {options.Seed}, {options.Workers} workers for {Worker.MaxCheckouts} checkouts");
        var inspection = new Inspection(ground, _tally);
        for (var round = 1; _tally.Violations.Count == 0 && !IsEnough(); round++)
        {
            inspection.Run(round, Torment());
            Console.WriteLine($"round {round}: {Summary()}");
        }

        if (options.Kills >= LongRun && _tally.Violations.Count == 0)
        {
            foreach (var operation in Enum.GetValues<Operation>()
                    .Where(operation => _tally[Counts.KillsWhile(operation)] == 0))
                _tally.Violate($"nobody was killed in {operation}");
        }

        var passed = _tally.Violations.Count == 0;
        Console.WriteLine(
            $"{(passed ? "passed" : "FAILED")} in {_watch.Elapsed.TotalSeconds:0} s, seed {options.Seed}: {Summary()}");
        foreach (var violation in _tally.Violations)
            Console.WriteLine($"violated: {violation}");
        return passed ? 0 : 1;
    }

    private bool IsEnough() => _tally[Counts.Kills] >= options.Kills && _tally[Words.Acquired] >= options.Acquisitions;

    // The other killers run in parallel. Each has its own Random, which is not thread-safe.
    private List<int> Torment()
    {
        using var crew = new Crew(ground, _tally, _random, options.Workers, options.Linked);
        crew.Fill();
        // The killers need a pool, which the first acquire makes.
        SpinWait.SpinUntil(() => _tally[Words.Acquired] > 0, LongestStandstill);
        using var end = new CancellationTokenSource();
        var database = Begin(new DatabaseKiller(ground, _tally, new Random(_random.Next())).Run, end.Token);
        var spares = Begin(new SpareKiller(ground, _tally, new Random(_random.Next())).Run, end.Token);
        var folders = Begin(new FolderRemover(ground, _tally, new Random(_random.Next())).Run, end.Token);
        try
        {
            KillSome(crew);
        }
        finally
        {
            end.Cancel();
            Task.WaitAll(database, spares, folders);
        }

        return crew.Stop();
    }

    private static Task Begin(Action<CancellationToken> killer, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(
            () => killer(cancellationToken),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    private void KillSome(Crew crew)
    {
        var orphans = new Orphans(ground, _tally);
        _tally.WaitAnew();
        for (var kills = 0; kills < KillsInRound && _tally.Violations.Count == 0;)
        {
            Thread.Sleep(_random.Next(MaxPause));
            crew.Fill();
            if (!IsTooEarly() && crew.Kill())
                kills++;
            if (_tally.SinceAcquired > LongestHanging)
                orphans.End();
            if (_tally.SinceAcquired > LongestStandstill)
                _tally.Violate($"nobody has acquired anything for {LongestStandstill.TotalSeconds:0} s");
        }
    }

    // Spreads the kills over the acquisitions. Without this, no worker on a slow machine would live long enough to
    // acquire.
    private bool IsTooEarly() =>
        (long)_tally[Words.Acquired] * options.Kills < (long)_tally[Counts.Kills] * options.Acquisitions;

    private string Summary() =>
        $"{_tally[Words.Acquired]} acquisitions ({_tally[Words.Linked]} of worktree checkouts), "
        + $"{_tally[Counts.Kills]} kills ({_tally[Counts.KillsWhileMaking]} while making, {_tally[Counts.KillsWhileWaiting]} while waiting), "
        + $"of them in {string.Join(", ", Enum.GetValues<Operation>().Select(operation => $"{operation} {_tally[Counts.KillsWhile(operation)]}"))}; "
        + $"{_tally[Words.Reset]} resets, {_tally[Words.Removed]} removes, {_tally[Words.Restored]} restores ({_tally[Words.RestoredWorks]} works), {_tally[Words.RemovedRescue]} rescues removed, "
        + $"{_tally[Counts.DatabaseKills]} kills of the database, {_tally[Counts.Spares]} spares ({_tally[Counts.SpareKills]} kills, {_tally[Counts.SpareFailures]} failures), {_tally[Counts.Removals]} folders removed ({_tally[Words.Void]} held), "
        + $"{_tally[Counts.Takeovers]} takeovers, {_tally[Counts.Creations]} creations, "
        + $"{_tally[Words.Waited]} waits, {_tally[Words.Refused]} refused, {_tally[Words.Cancelled]} cancelled, "
        + $"{_tally[Counts.Rescued]} works rescued, {_tally[Counts.NotWhole]} rescues of removed folders, at most {_tally[Counts.MostUnfinished]} in tmp and {_tally[Counts.MostTickets]} in queue, "
        + $"{_tally[Counts.Hanging]} hanging processes, "
        + $"{_tally.Violations.Count} violations";
}
