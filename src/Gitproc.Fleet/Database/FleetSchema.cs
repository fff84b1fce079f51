using System.Globalization;
using Gitproc.Reports;
using Npgsql;

namespace Gitproc.Fleet.Database;

/// <summary>Makes and migrates the schema of the fleet's database, and the roles of its machines.</summary>
/// <remarks>
/// The steps are <c>schema-N.sql</c>. One that was released is never changed. Each init runs under an advisory lock, in
/// one transaction, so that two at once do the work once.
/// </remarks>
internal static class FleetSchema
{
    /// <summary>The version that this program makes, and the newest that it uses.</summary>
    public const int Version = 1;

    /// <summary>Makes or migrates the schema. The caller owns the database, and may make roles.</summary>
    /// <exception cref="GitprocException">A newer gitproc has made the schema.</exception>
    public static void Init(NpgsqlConnection connection)
    {
        using var transaction = connection.BeginTransaction();
        Execute(connection, "SELECT pg_advisory_xact_lock(hashtext('gitproc.schema'))");
        for (var version = VersionOf(connection) + 1; version <= Version; version++)
        {
            Execute(connection, Text($"schema-{version.ToString(CultureInfo.InvariantCulture)}.sql"));
            Execute(connection, $"UPDATE gitproc.fleet SET version = {version}");
        }

        Execute(connection, Text("roles.sql"));
        transaction.Commit();
    }

    /// <summary>Adds a machine with a role of its own, or lets one that left join again.</summary>
    /// <param name="isOperator">True to let it change limits, and take other machines out of the fleet.</param>
    /// <returns>The name of the role. It has no password: how it authenticates is the server's matter.</returns>
    public static string AddMachine(NpgsqlConnection connection, string name, bool isOperator)
    {
        var role = $"gitproc_{name}";
        using var transaction = connection.BeginTransaction();
        Execute(
            connection,
            $"""
            DO $$ BEGIN
                CREATE ROLE {Quote(role)} LOGIN;
            EXCEPTION WHEN duplicate_object THEN NULL;
            END $$;
            GRANT gitproc_machine TO {Quote(role)};
            {(isOperator ? "GRANT" : "REVOKE")} gitproc_operator {(isOperator ? "TO" : "FROM")} {Quote(role)};
            """);
        using var adding = new NpgsqlCommand(
            """
            INSERT INTO gitproc.machine (name, role) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET state = CASE machine.state WHEN 'left' THEN 'new' ELSE machine.state END
            """,
            connection)
        {
            Parameters = { new() { Value = name }, new() { Value = role } },
        };
        adding.ExecuteNonQuery();
        transaction.Commit();
        return role;
    }

    /// <returns>The version of the schema; 0 where there is none.</returns>
    /// <exception cref="GitprocException">It is newer than this program.</exception>
    public static int VersionOf(NpgsqlConnection connection)
    {
        using var finding = new NpgsqlCommand("SELECT to_regclass('gitproc.fleet') IS NOT NULL", connection);
        if (!(bool)finding.ExecuteScalar()!)
            return 0;
        using var reading = new NpgsqlCommand("SELECT version FROM gitproc.fleet_view", connection);
        var version = (int)reading.ExecuteScalar()!;
        return version <= Version ? version : throw new GitprocException(
            ErrorReason.FleetNotUsable,
            $"The fleet's database was made by a newer gitproc (schema {version}, this one knows {Version}). Update gitproc.");
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    private static string Text(string name)
    {
        using var stream = typeof(FleetSchema).Assembly.GetManifestResourceStream(name)!;
        return new StreamReader(stream).ReadToEnd();
    }

    private static string Quote(string identifier) => new NpgsqlCommandBuilder().QuoteIdentifier(identifier);
}
