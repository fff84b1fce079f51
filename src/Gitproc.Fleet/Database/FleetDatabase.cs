using System.Net.Sockets;
using Gitproc.Reports;
using Gitproc.Text;
using Npgsql;

namespace Gitproc.Fleet.Database;

/// <summary>The fleet's database. Thread-safe: each call has a session of its own, from a small pool.</summary>
internal sealed class FleetDatabase : IDisposable
{
    private const int DeadlockTries = 5;

    private readonly NpgsqlDataSource _source;
    private readonly string _shown;

    /// <param name="text">What <c>gitproc.fleet</c> says.</param>
    /// <param name="mostSessions">The maximum number of sessions at once.</param>
    public FleetDatabase(string text, int mostSessions = 3)
    {
        var address = FleetAddress.Parse(text);
        address.MaxPoolSize = mostSessions;
        // A session whose peer is gone must not hold a caller for ever.
        if (!address.ContainsKey("Command Timeout"))
            address.CommandTimeout = 15;
        if (!address.ContainsKey("Keepalive"))
            address.KeepAlive = 10;
        // A call leaves nothing behind in its session but the plans of the functions, which a reset would throw away.
        address.NoResetOnClose = true;
        _shown = FleetAddress.Show(address);
        _source = NpgsqlDataSource.Create(address);
    }

    /// <summary>Does something in a session, again if PostgreSQL ended it to resolve a deadlock.</summary>
    /// <exception cref="GitprocException">
    /// <see cref="ErrorReason.FleetNotReachable"/> if the server cannot be reached, or goes away;
    /// <see cref="ErrorReason.FleetNotUsable"/> if it refuses.
    /// </exception>
    public T With<T>(Func<NpgsqlConnection, T> call)
    {
        for (var left = DeadlockTries; ; left--)
        {
            try
            {
                using var connection = _source.OpenConnection();
                return call(connection);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DeadlockDetected && left > 1)
            {
                // The other one has what it waited for.
            }
            catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException)
            {
                throw Translate(e);
            }
        }
    }

    /// <summary>Opens a session that listens. The caller keeps it, and disposes it.</summary>
    public NpgsqlConnection Listen(string channel)
    {
        NpgsqlConnection? session = null;
        try
        {
            session = _source.OpenConnection();
            using var command = new NpgsqlCommand($"LISTEN {channel}", session);
            command.ExecuteNonQuery();
            return session;
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException)
        {
            session?.Dispose();
            throw Translate(e);
        }
    }

    /// <summary>Makes of an error of Npgsql one for the user.</summary>
    public GitprocException Translate(Exception error)
    {
        var (reason, message) = error switch
        {
            PostgresException { SqlState: "3F000" or "42P01" or "42883" } =>
                (ErrorReason.FleetNotUsable, $"{_shown} has no fleet yet. Make it: gitproc-fleet init"),
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } => (
                ErrorReason.FleetNotUsable,
                "The role of this machine may not do that in the fleet. To make the machine an operator: "
                    + "gitproc-fleet init --machine NAME --operator"),
            // What the functions of the fleet raise.
            PostgresException { SqlState: ['G', 'P', ..] } refused => (
                ErrorReason.FleetNotUsable, $"{refused.MessageText} See {refused.Hint}."),
            // Not of a connection, of a lack of resources, of an operator, of the system, or of PostgreSQL itself
            // (PostgreSQL docs, appendix A): those pass.
            PostgresException { SqlState: var state } refused
                when state[..2] is not ("08" or "53" or "57" or "58" or "XX") =>
                (ErrorReason.FleetNotUsable, $"{_shown} refuses: {refused.MessageText}"),
            _ => (
                ErrorReason.FleetNotReachable,
                $"The fleet's database {_shown} cannot be reached: {Cause(error.InnerException ?? error)}"),
        };
        return new GitprocException(reason, Redaction.Redact(message), _shown, error);
    }

    // Without the lines that Npgsql adds for a developer.
    private static string Cause(Exception error) =>
        error is PostgresException refused ? refused.MessageText : error.Message;

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
