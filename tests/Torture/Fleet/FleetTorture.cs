using System.Collections.Concurrent;
using System.Diagnostics;
using Gitproc.Fleet.Database;
using Gitproc.Registry;
using Gitproc.Support;
using Npgsql;

namespace Gitproc.Torture.Fleet;

/// <summary>
/// Machines of a fleet, with real agents and pools, whose workers want checkouts of limited repositories. Everything
/// that can die does so, at random moments.
/// </summary>
/// <remarks>
/// <para>
/// Workers find out whether two hold one slot: each locks a file of its slot, and the system unlocks those of the dead.
/// That is a violation unless the history says that one of the two machines was silent and lost the slot.
/// </para>
/// <para>
/// Triggers in PostgreSQL find out whether a grant has passed over one who had come before. An older copy of the
/// database is restored now and then. What the history of the first one says of silent machines is read before it goes.
/// </para>
/// <para>
/// At the end all workers end in good order. Then no slot may be held, nobody may wait, and the history must have each
/// event of each pool once.
/// </para>
/// </remarks>
internal sealed class FleetTorture(Ground ground, int machines, Options options)
{
    /// <summary>The name of the fleet's database.</summary>
    public const string Database = "fleet";

    private const int Repositories = 3;
    private const int LongestPause = 400;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(3);

    private const string Audit =
        """
        CREATE SCHEMA audit;
        CREATE TABLE audit.violation (what text);
        CREATE TABLE audit.ticket (request text PRIMARY KEY, id bigint, repository_id integer, gone_in text);
        CREATE FUNCTION audit.come() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO audit.ticket VALUES (NEW.request, NEW.id, NEW.repository_id)
            ON CONFLICT (request) DO UPDATE SET id = excluded.id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER come AFTER INSERT ON gitproc.ticket FOR EACH ROW EXECUTE FUNCTION audit.come();
        CREATE FUNCTION audit.go() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE audit.ticket SET gone_in = pg_current_xact_id()::text WHERE request = OLD.request;
            RETURN NULL;
        END $$;
        CREATE TRIGGER go AFTER DELETE ON gitproc.ticket FOR EACH ROW EXECUTE FUNCTION audit.go();
        CREATE FUNCTION audit.granted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            -- What is reported was granted before, and counts beyond the limit.
            IF NOT EXISTS (
                SELECT FROM audit.ticket WHERE request = NEW.request AND gone_in = pg_current_xact_id()::text)
            THEN
                RETURN NULL;
            END IF;
            INSERT INTO audit.violation SELECT NEW.request || ' overtook ' || earlier.request
            FROM audit.ticket AS mine JOIN gitproc.ticket AS earlier USING (repository_id)
                JOIN gitproc.machine ON machine.id = earlier.machine_id
            WHERE mine.request = NEW.request AND earlier.id < mine.id AND machine.state = 'active'
                AND beaten_at > clock_timestamp() - interval '29 seconds';
            INSERT INTO audit.violation SELECT 'too many slots of ' || NEW.repository_id || ' with ' || NEW.request
            FROM gitproc.repository WHERE id = NEW.repository_id AND most < (
                SELECT count(*) FROM gitproc.slot WHERE repository_id = NEW.repository_id AND lease IS NOT NULL);
            RETURN NULL;
        END $$;
        CREATE TRIGGER granted AFTER UPDATE ON gitproc.slot FOR EACH ROW
            WHEN (NEW.request IS NOT NULL AND OLD.lease IS NULL) EXECUTE FUNCTION audit.granted();
        """;

    private readonly Random _random = new(options.Seed);
    private readonly ConcurrentDictionary<string, int> _counts = new();
    private readonly ConcurrentQueue<string> _shared = new();
    private readonly ConcurrentQueue<string> _violations = new();
    private readonly ConcurrentDictionary<string, bool> _lost = new();
    private readonly FleetMachine[] _machines = new FleetMachine[machines];
    private PostgresServer _server = null!;
    private string? _backup;
    private int _restores;

    /// <summary>Runs it, and prints what happened.</summary>
    /// <returns>0 if there was no violation, else 1.</returns>
    public int Run()
    {
        Console.WriteLine($"seed {options.Seed}, {machines} machines with {options.Workers} workers each");
        var watch = Stopwatch.StartNew();
        var folder = Directory.CreateDirectory(Path.Combine(ground.Path, "postgres")).FullName;
        // Others must get through it: PostgreSQL does not run as root.
        using (var chmod = Process.Start("chmod", ["a+x", ground.Path]))
            chmod.WaitForExit();
        using var server = new PostgresServer(folder, isDurable: true);
        _server = server;
        try
        {
            Make();
            var longest = TimeSpan.FromSeconds(options.Seconds ?? int.MaxValue);
            for (var harm = 0; harm < options.Kills && watch.Elapsed < longest && _violations.IsEmpty; harm++)
            {
                Thread.Sleep(_random.Next(LongestPause));
                Harm();
            }

            Rest();
        }
        finally
        {
            foreach (var machine in _machines)
                machine?.Dispose();
            foreach (var (what, count) in _counts.OrderBy(one => one.Key, StringComparer.Ordinal))
                Console.WriteLine($"  {what}: {count}");
        }

        Console.WriteLine($"{(_violations.IsEmpty ? "passed" : "FAILED")} in {watch.Elapsed.TotalSeconds:0} s");
        return _violations.IsEmpty ? 0 : 1;
    }

    private void Make()
    {
        ground.MakeSources(Repositories);
        _server.Run("createdb", [Database]);
        With(Database, connection =>
        {
            FleetSchema.Init(connection);
            for (var i = 0; i < machines; i++)
                FleetSchema.AddMachine(connection, $"m{i}", isOperator: false);
            // About as many slots as a half of the workers.
            for (var i = 0; i < Repositories; i++)
            {
                Do(connection, $"SELECT gitproc.set_limit('{ground.SourceOf(i)}', "
                    + $"{Math.Max(1, machines * options.Workers * (i + 1) / 12)})");
            }

            Do(connection, Audit);
        });
        for (var i = 0; i < machines; i++)
        {
            _machines[i] = new FleetMachine(
                ground, _server, $"m{i}", options.Workers, Repositories, Timeout, Hear);
        }

        Eventually("all machines have the limits", () => Get(
            $"SELECT count(*) FROM gitproc.machine WHERE reported >= 0 AND revision = {Repositories}") == machines);
        foreach (var machine in _machines)
            machine.StartWorkers();
    }

    private void Hear(string line)
    {
        var words = line.Split(' ');
        switch (words[0])
        {
            case FleetWorker.Had:
                Count("slots had");
                break;
            case FleetWorker.Shared:
                _shared.Enqueue(line);
                break;
            case FleetWorker.Refused:
                Count($"refused: {words[1]}");
                break;
            default:
                Violate(line);
                break;
        }
    }

    private void Violate(string what)
    {
        _violations.Enqueue(what);
        Console.WriteLine($"{DateTime.UtcNow:HH:mm:ss} {what}");
    }

    private void Count(string what) => _counts.AddOrUpdate(what, 1, (_, count) => count + 1);

    private void Harm()
    {
        var machine = _machines[_random.Next(machines)];
        switch (_random.Next(100))
        {
            case < 40:
                Count("kills of a worker");
                machine.KillWorker(_random);
                break;
            case < 60:
                Count("kills of an agent");
                machine.KillAgent();
                break;
            case < 80:
                Count("sessions ended");
                Get($"""
                    SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity
                        WHERE datname = '{Database}' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1) AS one
                    """);
                break;
            case < 85:
                Count("half-open connections");
                machine.CutOff(Timeout * _random.NextDouble(), ends: _random.Next(2) == 0);
                break;
            case < 88:
                Count("machines stopped for too long");
                machine.StopAgent(Timeout * 1.5);
                break;
            case < 91:
                Count("machines cut off for too long");
                machine.CutOff(Timeout * 1.5, ends: _random.Next(2) == 0);
                break;
            case < 95:
                Count("kills of PostgreSQL");
                _server.Kill();
                _server.Start();
                break;
            case < 97:
                Count("restarts of PostgreSQL");
                _server.Stop();
                _server.Start();
                break;
            case < 98 when _backup is not null:
                Count("restores");
                Restore();
                break;
            default:
                Count("backups");
                _backup = Path.Combine(ground.Path, "backup");
                _server.Run("pg_dump", ["--format=custom", "--file", _backup, Database]);
                break;
        }
    }

    private void Restore()
    {
        var old = $"fleet_{++_restores}";
        With("postgres", connection =>
        {
            Do(connection, $"ALTER DATABASE {Database} ALLOW_CONNECTIONS false");
            Eventually("the sessions end", () =>
            {
                Do(connection, $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{Database}'");
                using var command = new NpgsqlCommand(
                    $"SELECT count(*) FROM pg_stat_activity WHERE datname = '{Database}'", connection);
                return (long)command.ExecuteScalar()! == 0;
            });
            Do(connection, $"ALTER DATABASE {Database} RENAME TO {old}");
            Do(connection, $"ALTER DATABASE {old} ALLOW_CONNECTIONS true");
        });
        ReadHistory(old);
        _server.Run("createdb", ["restored"]);
        _server.Run("pg_restore", ["--dbname", "restored", _backup!]);
        With("postgres", connection => Do(connection, $"ALTER DATABASE restored RENAME TO {Database}"));
    }

    // What it says of silent machines, and what the triggers have found.
    private void ReadHistory(string database) => With(database, connection =>
    {
        using (var lost = new NpgsqlCommand("SELECT lease FROM gitproc.history WHERE kind = 'SlotLost'", connection))
        using (var reader = lost.ExecuteReader())
        {
            while (reader.Read())
                _lost[reader.GetString(0)] = true;
        }

        using (var found = new NpgsqlCommand("SELECT what FROM audit.violation", connection))
        using (var reader = found.ExecuteReader())
        {
            while (reader.Read())
                Violate($"violation: {reader.GetString(0)}");
        }
    });

    private void Rest()
    {
        foreach (var machine in _machines)
            machine.Finish(LongestRest);
        Eventually("no slot is held, and nobody waits", () => Get(
            "SELECT (SELECT count(*) FROM gitproc.slot WHERE lease IS NOT NULL) + (SELECT count(*) FROM gitproc.ticket)")
            == 0);
        foreach (var machine in _machines)
            Eventually($"the history has each event of {machine.Name}", () => HistoryIsComplete(machine.Name));
        ReadHistory(Database);
        foreach (var line in _shared)
        {
            var leases = line.Split(' ');
            if (_lost.ContainsKey(leases[1]) || _lost.ContainsKey(leases[2]))
                Count("slots shared with a silent machine, as the history says");
            else
                Violate($"violation: {line}");
        }

        foreach (var (kind, what) in new[]
            { ("Silent", "machines found silent"), ("Overrun", "overruns noted"), ("Restored", "restores noticed") })
        {
            _counts[what] = (int)Get($"SELECT count(*) FROM gitproc.history WHERE kind = '{kind}'");
        }
    }

    private bool HistoryIsComplete(string machine)
    {
        using var pool = PoolDatabase.Open(ground.PoolOf(machine).Database, fill: _ => { });
        var id = new FleetTable(pool.Connection).Read().Pool;
        var events = pool.Connection.Query("SELECT count(*) || ' ' || coalesce(max(id), 0) FROM event", row => row.GetString(0))[0];
        var first = pool.Connection.Query("SELECT coalesce(min(id), 0) FROM event", row => row.GetInt64(0))[0];
        var known = "";
        With(Database, connection =>
        {
            using var command = new NpgsqlCommand(
                $"""
                SELECT count(*) || ' ' || coalesce(max(number), 0) FROM gitproc.history JOIN gitproc.machine ON machine.id = machine_id
                WHERE name = '{machine}' AND history.pool = '{id}' AND number >= {first}
                """,
                connection);
            known = command.ExecuteScalar() as string ?? "";
        });
        return known == events;
    }

    private void Eventually(string what, Func<bool> condition)
    {
        var end = Stopwatch.StartNew();
        while (!condition())
        {
            if (end.Elapsed > LongestRest)
            {
                Violate($"violation: it has not happened that {what}");
                return;
            }

            Thread.Sleep(20);
        }
    }

    private long Get(string sql)
    {
        long found = 0;
        With(Database, connection =>
        {
            using var command = new NpgsqlCommand(sql, connection);
            found = (long)command.ExecuteScalar()!;
        });
        return found;
    }

    private static void Do(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    private void With(string database, Action<NpgsqlConnection> use)
    {
        using var connection = new NpgsqlConnection(
            $"{_server.Address(database)};Pooling=false;Timeout=120;Command Timeout=300");
        connection.Open();
        use(connection);
    }
}
