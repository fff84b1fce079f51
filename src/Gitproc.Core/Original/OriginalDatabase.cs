using System.Globalization;
using Gitproc.Registry;
using Microsoft.Data.Sqlite;

namespace Gitproc.Original;

/// <summary>The database of the original gitproc. It has the same file name as the database of the pool.</summary>
internal sealed class OriginalDatabase(SqliteConnection connection, string file)
{
    private const string Table = "checkout_metadata";

    /// <summary>The path of the copy that is kept.</summary>
    public string Copy => file + ".original";

    /// <summary>True if the database has the table of the original gitproc.</summary>
    public bool Exists =>
        connection
            .Query(
                "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $table",
                row => row.GetInt64(0),
                ("$table", Table))
            .Count > 0;

    public List<OriginalRow> Read() =>
        connection.Query(
            $"SELECT checkout, ifnull(repo, ''), pid, timestamp, status FROM {Table} WHERE checkout IS NOT NULL ORDER BY checkout",
            row => new OriginalRow(
                row.GetString(0),
                row.GetString(1),
                row.GetInt64OrNull(2) is > 0 and <= int.MaxValue and var id ? (int)id : null,
                DateTimeOffset.TryParse(
                    row.GetStringOrNull(3), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                    ? time.ToUniversalTime()
                    : null,
                row.GetStringOrNull(4) == "locked"));

    /// <summary>Copies the database, unless an earlier takeover that was interrupted has already done so.</summary>
    public void KeepCopy()
    {
        if (File.Exists(Copy))
            return;
        var unfinished = Copy + ".new";
        File.Delete(unfinished);
        connection.Execute("VACUUM INTO $file", ("$file", unfinished));
        File.Move(unfinished, Copy);
    }

    public void Drop() => connection.Execute($"DROP TABLE IF EXISTS {Table}");
}

/// <summary>
/// A row of <c>checkout_metadata</c>, the table of the original gitproc (github.com/TzviPM/gitproc, api.ts).
/// </summary>
/// <param name="ProcessId">The process that locked the checkout, often the command itself; null if it is free.</param>
/// <param name="LockedAt">
/// The time of the lock, in UTC; null if the checkout is free or the time cannot be read.
/// </param>
internal sealed record OriginalRow(
    string Checkout, string Repository, int? ProcessId, DateTimeOffset? LockedAt, bool IsLocked);
