using Gitproc.Fleet.Database;
using Gitproc.Support;
using Npgsql;

namespace Gitproc.Unit.Support;

/// <summary>
/// A PostgreSQL server of a test class (its fixture), which starts when the first fleet is made. The tests of a class
/// run one after the other, so one of them may stop the server.
/// </summary>
public sealed class FleetServer : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private PostgresServer? _server;
    private int _count;

    /// <summary>The folder of the class, which holds the server's data.</summary>
    internal string Folder => _folder.Path;

    internal PostgresServer Server => _server ??= new PostgresServer(_folder.Path);

    /// <summary>Makes a fleet in a database of its own.</summary>
    /// <param name="machines">The names of its machines, each of which gets a role.</param>
    internal TestFleet Make(params string[] machines)
    {
        var database = $"fleet_{++_count}";
        using (var connection = new NpgsqlConnection(Server.Address("postgres") + ";Pooling=false"))
        {
            connection.Open();
            connection.Do($"CREATE DATABASE {database}");
        }

        return new TestFleet(Server, database, machines);
    }

    public void Dispose()
    {
        _server?.Dispose();
        _folder.Dispose();
    }
}

/// <summary>A fleet of a test. Disposing it closes its sessions.</summary>
internal sealed class TestFleet : IDisposable
{
    private readonly Dictionary<string, NpgsqlConnection> _sessions = [];
    private readonly Dictionary<string, TestMachine> _machines = [];

    public TestFleet(PostgresServer server, string database, IEnumerable<string> machines)
    {
        Server = server;
        Database = database;
        FleetSchema.Init(Owner);
        foreach (var machine in machines)
            FleetSchema.AddMachine(Owner, machine, isOperator: false);
    }

    public PostgresServer Server { get; }

    public string Database { get; }

    /// <summary>The session of the owner of the database, who may do everything.</summary>
    public NpgsqlConnection Owner => Session(PostgresServer.Owner);

    /// <summary>The machine of a name.</summary>
    public TestMachine this[string name] =>
        _machines.TryGetValue(name, out var machine)
            ? machine
            : _machines[name] = new TestMachine(this, name);

    /// <summary>What a machine has in <c>gitproc.fleet</c>.</summary>
    public string Address(string machine) => Server.Address(Database, Role(machine));

    /// <summary>The session of a role, the same one each time while it lasts.</summary>
    public NpgsqlConnection Session(string role)
    {
        if (!_sessions.TryGetValue(role, out var session))
            _sessions[role] = session = Open(role);
        return session;
    }

    /// <summary>Opens another session of a role. The caller disposes it.</summary>
    public NpgsqlConnection Open(string role)
    {
        var session = new NpgsqlConnection(Server.Address(Database, role) + ";Pooling=false");
        session.Open();
        return session;
    }

    public static string Role(string machine) => $"gitproc_{machine}";

    public void SetLimit(string repository, int? most) =>
        Owner.Do("SELECT gitproc.set_limit($1, $2::integer)", repository, most);

    /// <summary>Lets time pass for all of the fleet, but for a machine's signs of life after that.</summary>
    public void Pass(TimeSpan time) => Owner.Do(
        """
        UPDATE gitproc.fleet SET begun_at = begun_at - $1, tended_at = greatest(
            tended_at - $1, CASE WHEN tended_at > 'epoch' THEN clock_timestamp() - interval '50 s' END);
        UPDATE gitproc.machine SET beaten_at = beaten_at - $1;
        """.Replace("$1", $"interval '{time.TotalSeconds} s'", StringComparison.Ordinal));

    /// <summary>The events of the fleet itself, the oldest first, as <c>KIND MACHINE LEASE</c>.</summary>
    public string Notes(string? kind = null) => Owner.Get<string>(
        """
        SELECT string_agg(concat_ws(' ', kind, who, lease), ', ' ORDER BY number) FROM gitproc.history
        WHERE machine_id = 0 AND ($1::text IS NULL OR kind = $1)
        """,
        kind) ?? "";

    /// <summary>The leases that have slots, by number.</summary>
    public string Slots(string repository = TestMachine.Repository) => Owner.Get<string>(
        "SELECT string_agg(lease, ', ' ORDER BY number) FROM gitproc.slot_view WHERE repository = $1", repository) ?? "";

    /// <summary>Closes the sessions, before the server is restarted; the next use opens them again.</summary>
    public void Disconnect()
    {
        foreach (var session in _sessions.Values)
            session.Dispose();
        _sessions.Clear();
    }

    public void Dispose()
    {
        foreach (var machine in _machines.Values)
            machine.Dispose();
        Disconnect();
    }
}

internal static class SessionExtensions
{
    /// <summary>Runs statements; with parameters, <c>$1</c> and so on, only one.</summary>
    public static void Do(this NpgsqlConnection session, string sql, params object?[] parameters)
    {
        using var command = Command(session, sql, parameters);
        command.ExecuteNonQuery();
    }

    /// <summary>Returns the first value of the first row; the default of the type for null or no row.</summary>
    public static T? Get<T>(this NpgsqlConnection session, string sql, params object?[] parameters)
    {
        using var command = Command(session, sql, parameters);
        return command.ExecuteScalar() is { } value and not DBNull ? (T)value : default;
    }

    private static NpgsqlCommand Command(NpgsqlConnection session, string sql, object?[] parameters)
    {
        var command = new NpgsqlCommand(sql, session);
        foreach (var value in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }
}
