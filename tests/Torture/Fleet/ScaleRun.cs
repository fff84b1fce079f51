using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Gitproc.Fleet.Database;
using Gitproc.Support;
using Npgsql;

namespace Gitproc.Torture.Fleet;

/// <summary>
/// How much one PostgreSQL can do for a fleet. Each machine has the sessions of an agent, and makes its calls: one
/// grant in three seconds and machine, while others wait for a slot of each repository; signs of life, copies and
/// events besides. As an agent, it looks at what it has when it is told of a grant, when its own pool has changed, and
/// after each sign of life. The pools behind them are simulated.
/// </summary>
internal sealed class ScaleRun(Ground ground, int machines, int seconds)
{
    private const int Repositories = 50;
    private const int SlotsOfAMachine = 1;
    private const int RequestsOfAMachine = 6;
    private const double GrantsOfAMachine = 0.3;
    private const int Threads = 32;
    private static readonly TimeSpan BetweenBeats = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan BetweenMirrors = TimeSpan.FromSeconds(2);

    private readonly ScaleMachine[] _machines = new ScaleMachine[machines];
    private readonly ConcurrentDictionary<string, ConcurrentQueue<long>> _freed = new();
    private readonly Times _told = new("a grant, from the release until the machine that waits has it");
    private readonly Times _asking = new("ask");
    private readonly Times _freeing = new("free");
    private readonly Times _looking = new("mine");
    private readonly Times _beating = new("beat");
    private readonly Times _telling = new("deliver and mirror");

    /// <summary>Runs it, and prints the figures.</summary>
    /// <returns>The exit code: 1 if a slot was lost.</returns>
    public int Run()
    {
        Directory.CreateDirectory(Path.Combine(ground.Path, "postgres"));
        // Others must get through it: PostgreSQL does not run as root.
        Process.Start("chmod", ["a+x", ground.Path]).WaitForExit();
        using var server = new PostgresServer(
            Path.Combine(ground.Path, "postgres"),
            isDurable: true,
            options:
            [
                "shared_buffers=512MB", $"max_connections={machines * 4 + 50}", "max_wal_size=2GB", "track_functions=all",
            ]);
        using var owner = new FleetDatabase(server.Address("postgres"), mostSessions: 20);
        Make(owner, server);
        Say($"{machines} machines, {machines * ScaleMachine.Checkouts} checkouts, {Repositories} limited repositories, "
            + $"{_machines.Sum(machine => machine.Held)} slots held, "
            + $"{_machines.Sum(machine => machine.Waiting)} requests wait");

        Say($"copies of checkouts: {PerRow(owner, "checkout"):0} bytes each");
        var size = Size(owner);
        One<string>(owner, "SELECT pg_stat_reset()::text");
        var used = server.ProcessorTime;
        Work();
        used = server.ProcessorTime - used;
        Say($"PostgreSQL used {used.TotalSeconds:0} s of processor time in {seconds} s");
        Say($"in {seconds} s, with {machines * GrantsOfAMachine:0} releases a second:");
        foreach (var times in (Times[])[_told, _freeing, _asking, _looking, _beating, _telling])
            Say("  " + times);
        Say($"the database grew by {(Size(owner) - size) / 1024.0 / 1024:0} MB, with "
            + $"{One<long>(owner, "SELECT count(*) FROM gitproc.history"):0} events of {PerRow(owner, "history"):0} bytes "
            + $"each; copies of checkouts: {PerRow(owner, "checkout"):0} bytes each");
        Say("the functions that took longest, with those that they call, and without:");
        Say(One<string>(
            owner,
            """
            SELECT string_agg(format('  %s: %s calls, %s s, %s s', funcname, calls, round(total_time / 1000),
                round(self_time / 1000)), E'\n' ORDER BY self_time DESC)
            FROM (SELECT * FROM pg_stat_user_functions ORDER BY self_time DESC LIMIT 10) AS longest
            """));
        Read(owner);
        MostBeats();
        var held = One<long>(owner, "SELECT count(*) FROM gitproc.slot WHERE lease IS NOT NULL");
        var known = _machines.Sum(machine =>
        {
            machine.Look();
            return machine.Held;
        });
        Say($"slots held: {held} in the database, {known} at the machines");
        foreach (var machine in _machines)
            machine.Dispose();
        return held == known ? 0 : 1;
    }

    private static string Key(int number) => $"github.com/organization/repository-{number}";

    private static void Say(string text) => Console.WriteLine(text);

    private static long Size(FleetDatabase owner) =>
        One<long>(owner, "SELECT pg_database_size(current_database())");

    private static double PerRow(FleetDatabase owner, string table) => One<double>(
        owner, $"SELECT pg_total_relation_size('gitproc.{table}') / greatest(1, count(*))::float FROM gitproc.{table}");

    private static T One<T>(FleetDatabase database, string sql) => database.With(connection =>
    {
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        return (T)command.ExecuteScalar()!;
    });

    private void Make(FleetDatabase owner, PostgresServer server)
    {
        owner.With(connection =>
        {
            FleetSchema.Init(connection);
            for (var i = 0; i < machines; i++)
                FleetSchema.AddMachine(connection, Name(i), isOperator: false);
            return true;
        });
        var queries = new FleetQueries(owner);
        for (var i = 0; i < Repositories; i++)
            queries.SetLimit(Key(i), Math.Max(1, machines * SlotsOfAMachine / Repositories));
        Parallel.For(0, machines, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
        {
            _machines[i] = new ScaleMachine(server.Address("postgres", $"gitproc_{Name(i)}"), Name(i));
            _machines[i].MirrorAll(Key(i % Repositories));
        });
        Parallel.For(0, machines * RequestsOfAMachine, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
            _machines[i % machines].Ask(Key(i / RequestsOfAMachine % Repositories)));
        foreach (var machine in _machines)
            machine.Look();
        One<int>(owner, "SELECT 1");
        server.Run("vacuumdb", ["--analyze", "--quiet", "postgres"]);
    }

    private static string Name(int number) => number.ToString("'machine-'0000", CultureInfo.InvariantCulture);

    // Few threads make the calls of all machines, as the calls of a thousand agents are spread over time.
    private void Work()
    {
        using var calls = new BlockingCollection<Action>();
        using var end = new CancellationTokenSource();
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            foreach (var call in calls.GetConsumingEnumerable())
                call();
        })).ToList();
        threads.ForEach(thread => thread.Start());
        var hearing = _machines
            .Select(machine => Hear(machine, () => calls.Add(() => Look(machine)), end.Token))
            .ToList();
        var due = new PriorityQueue<(Action Call, TimeSpan Pause), TimeSpan>();
        foreach (var machine in _machines)
        {
            foreach (var (call, pause) in new (Action, TimeSpan)[]
            {
                (() => Beat(machine), BetweenBeats),
                (() => Tell(machine), BetweenMirrors),
            })
            {
                due.Enqueue((call, pause), pause * Random.Shared.NextDouble());
            }
        }

        due.Enqueue((Release, TimeSpan.FromSeconds(1 / (machines * GrantsOfAMachine))), TimeSpan.Zero);
        var clock = Stopwatch.StartNew();
        var behind = 0;
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            while (due.TryPeek(out var next, out var time) && time <= clock.Elapsed)
            {
                due.EnqueueDequeue(next, time + next.Pause);
                calls.Add(next.Call);
            }

            behind = Math.Max(behind, calls.Count);
            Thread.Sleep(1);
        }

        end.Cancel();
        Task.WaitAll([.. hearing]);
        calls.CompleteAdding();
        threads.ForEach(thread => thread.Join());
        Say($"at most {behind} calls were behind");
    }

    // A machine that holds something gives it back, and asks for another one.
    private void Release()
    {
        for (var tries = 0; tries < 100; tries++)
        {
            var machine = _machines[Random.Shared.Next(machines)];
            if (!machine.TryRelease((repository, free) =>
                {
                    _freed.GetOrAdd(repository, _ => new()).Enqueue(Stopwatch.GetTimestamp());
                    _freeing.Take(free);
                }))
            {
                continue;
            }

            _asking.Take(() => machine.Ask(Key(Random.Shared.Next(Repositories))));
            Look(machine);
            return;
        }
    }

    private void Beat(ScaleMachine machine)
    {
        _beating.Take(machine.Beat);
        Look(machine);
    }

    private void Tell(ScaleMachine machine)
    {
        if (machine.HasNews)
            _telling.Take(machine.Tell);
    }

    private static async Task Hear(ScaleMachine machine, Action heard, CancellationToken cancellationToken)
    {
        await Task.Yield();
        while (true)
        {
            try
            {
                await machine.HearAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            heard();
        }
    }

    private void Look(ScaleMachine machine)
    {
        List<string> granted = [];
        _looking.Take(() => granted = machine.Look());
        foreach (var repository in granted)
        {
            // Releases of one repository are served in their order.
            if (_freed.TryGetValue(repository, out var queue) && queue.TryDequeue(out var freed))
                _told.Add(Stopwatch.GetElapsedTime(freed));
        }
    }

    private static void Read(FleetDatabase owner)
    {
        var queries = new FleetQueries(owner);
        foreach (var (name, read) in new (string, Func<string>)[]
        {
            ("list --fleet", () => queries.Checkouts(null)),
            ("list --fleet of one repository", () => queries.Checkouts(Key(3))),
            ("fleet machines", queries.Machines),
            ("fleet limit", queries.Limits),
            ("the queue", queries.Queue),
            ("history --fleet", () => queries.History(null, null, 50)),
        })
        {
            var times = new Times(name);
            var length = 0;
            for (var i = 0; i < 10; i++)
                times.Take(() => length = read().Length);
            Say($"  {times}, {length / 1024} KB");
        }
    }

    private void MostBeats()
    {
        var times = new Times("beat, as many as it can");
        var clock = Stopwatch.StartNew();
        Parallel.For(0, machines * 20, new ParallelOptions { MaxDegreeOfParallelism = 8 }, (i, state) =>
        {
            times.Take(_machines[i % machines].Beat);
            if (clock.Elapsed.TotalSeconds > 20)
                state.Stop();
        });
        Say($"  {times}: {times.Count / clock.Elapsed.TotalSeconds:0} a second");
    }

    /// <summary>How long something took, each time. Thread-safe.</summary>
    private sealed class Times(string name)
    {
        private readonly ConcurrentQueue<TimeSpan> _times = new();

        public int Count => _times.Count;

        public void Add(TimeSpan time) => _times.Enqueue(time);

        public void Take<T>(Func<T> call) => Take(() => { call(); });

        public void Take(Action call)
        {
            var start = Stopwatch.GetTimestamp();
            call();
            Add(Stopwatch.GetElapsedTime(start));
        }

        public override string ToString()
        {
            var sorted = _times.Order().ToList();
            return sorted.Count == 0
                ? $"{name}: never"
                : $"{name}: median {sorted[sorted.Count / 2].TotalMilliseconds:0.0} ms, 99 % within "
                    + $"{sorted[(int)((sorted.Count - 1) * 0.99)].TotalMilliseconds:0.0} ms, {sorted.Count} times";
        }
    }
}
