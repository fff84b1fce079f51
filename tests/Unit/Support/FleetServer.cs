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

    /// <summary>A session of a machine, the same one each time while it lasts.</summary>
    public NpgsqlConnection this[string machine] => Session($"gitproc_{machine}");

    /// <summary>What a machine has in <c>gitproc.fleet</c>.</summary>
    public string Address(string machine) => Server.Address(Database, $"gitproc_{machine}");

    /// <summary>Opens another session of a role. The caller disposes it.</summary>
    public NpgsqlConnection Open(string role)
    {
        var session = new NpgsqlConnection(Server.Address(Database, role) + ";Pooling=false");
        session.Open();
        return session;
    }

    public void Dispose()
    {
        foreach (var session in _sessions.Values)
            session.Dispose();
    }

    private NpgsqlConnection Session(string role)
    {
        if (!_sessions.TryGetValue(role, out var session) || session.State != System.Data.ConnectionState.Open)
            _sessions[role] = session = Open(role);
        return session;
    }
}

internal static class SessionExtensions
{
    /// <summary>Runs a statement. Its parameters are <c>$1</c> and so on.</summary>
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
