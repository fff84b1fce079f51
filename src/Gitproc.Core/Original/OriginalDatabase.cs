using System.Globalization;
using Gitproc.Registry;
using Microsoft.Data.Sqlite;

namespace Gitproc.Original;

/// <summary>The database of the original gitproc, which has the name of ours.</summary>
internal sealed class OriginalDatabase(SqliteConnection connection, string file)
{
    private const string Table = "checkout_metadata";

    /// <summary>Where the copy is kept.</summary>
    public string Copy => file + ".original";

    /// <summary>Whether it is one.</summary>
    public bool Exists => connection.Query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $table", row => row.GetInt64(0), ("$table", Table)).Count > 0;

    /// <summary>Reads its rows.</summary>
    public List<OriginalRow> Read() => connection.Query(
        $"SELECT checkout, ifnull(repo, ''), pid, timestamp, status FROM {Table} WHERE checkout IS NOT NULL ORDER BY checkout",
        row => new OriginalRow(
            row.GetString(0),
            row.GetString(1),
            row.GetInt64OrNull(2) is > 0 and <= int.MaxValue and var id ? (int)id : null,
            DateTimeOffset.TryParse(row.GetStringOrNull(3), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUniversalTime() : null,
            row.GetStringOrNull(4) == "locked"));

    /// <summary>Copies it aside, unless a takeover that was interrupted has done it.</summary>
    public void KeepCopy()
    {
        if (File.Exists(Copy))
            return;
        var unfinished = Copy + ".new";
        File.Delete(unfinished);
        connection.Execute("VACUUM INTO $file", ("$file", unfinished));
        File.Move(unfinished, Copy);
    }

    /// <summary>Takes its table away.</summary>
    public void Drop() => connection.Execute($"DROP TABLE IF EXISTS {Table}");
}

/// <summary>A row of <c>checkout_metadata</c>, the table of the original gitproc (github.com/TzviPM/gitproc, api.ts).</summary>
/// <param name="ProcessId">The process that locked it, which often was the command itself; null when it is free.</param>
/// <param name="LockedAt">When, in UTC; null when it is free, or that cannot be read.</param>
/// <param name="IsLocked">Whether it is locked.</param>
internal sealed record OriginalRow(string Checkout, string Repository, int? ProcessId, DateTimeOffset? LockedAt, bool IsLocked);
