using Microsoft.Data.Sqlite;

namespace Gitproc.Registry;

/// <summary>The statements on answers of git config that were kept.</summary>
internal sealed class ConfigCacheTable(SqliteConnection connection)
{
    // Enough for the folders a machine's jobs begin in; the oldest goes first.
    private const int MaxRows = 256;

    /// <returns>The content; null if nothing was kept.</returns>
    public byte[]? Find(string directory, string environment) => connection
        .Query(
            "SELECT content FROM config_cache WHERE directory = $directory AND environment = $environment",
            row => row.GetFieldValue<byte[]>(0),
            ("$directory", directory), ("$environment", environment))
        .SingleOrDefault();

    public void Keep(string directory, string environment, byte[] content)
    {
        connection.Execute(
            "INSERT OR REPLACE INTO config_cache (directory, environment, content) VALUES ($directory, $environment, $content)",
            ("$directory", directory), ("$environment", environment), ("$content", content));
        connection.Execute(
            $"DELETE FROM config_cache WHERE rowid <= (SELECT rowid FROM config_cache ORDER BY rowid DESC LIMIT 1 OFFSET {MaxRows})"
        );
    }
}
