using Microsoft.Data.Sqlite;

namespace Gitproc.Registry;

/// <summary>The three ways a statement is run here.</summary>
internal static class SqlExtensions
{
    /// <summary>Runs statements that return nothing.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="sql">The statements.</param>
    /// <param name="parameters">Names with their <c>$</c>, and values; null is NULL.</param>
    /// <returns>How many rows were changed.</returns>
    public static int Execute(
        this SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Prepare(connection, sql, parameters);
        return command.ExecuteNonQuery();
    }

    /// <summary>Runs a query.</summary>
    /// <typeparam name="T">What a row becomes.</typeparam>
    /// <param name="connection">An open connection.</param>
    /// <param name="sql">The query.</param>
    /// <param name="read">Makes a result of a row.</param>
    /// <param name="parameters">Names with their <c>$</c>, and values; null is NULL.</param>
    /// <returns>All rows.</returns>
    public static List<T> Query<T>(
        this SqliteConnection connection,
        string sql,
        Func<SqliteDataReader, T> read,
        params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Prepare(connection, sql, parameters);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>Reads a column that may be NULL.</summary>
    /// <param name="reader">A reader on a row.</param>
    /// <param name="column">The column's index.</param>
    /// <returns>The text; null for NULL.</returns>
    public static string? GetStringOrNull(this SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>Reads a column that may be NULL.</summary>
    /// <param name="reader">A reader on a row.</param>
    /// <param name="column">The column's index.</param>
    /// <returns>The number; null for NULL.</returns>
    public static long? GetInt64OrNull(this SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetInt64(column);

    private static SqliteCommand Prepare(
        SqliteConnection connection, string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every statement is a constant of this folder; what users say goes in as parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}
