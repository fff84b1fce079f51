using Gitproc.Registry;
using Gitproc.Unit.Support;
using SQLitePCL;

namespace Gitproc.Unit.Registry;

public sealed class RepositoryTableTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_name_is_found_with_and_without_its_ending_by_the_index()
    {
        using var database = PoolDatabase.Open(_folder["gitproc.db"], _ => { });
        var table = new RepositoryTable(database.Connection);
        database.Change(() => table.Add("host/Tool", "https://host/Tool", "host/Tool.git"));
        database.Change(() => table.Add("/src/tool.git", "/src/tool.git", "_/src/tool.git"));
        database.Change(() => table.Add("host/tools", "https://host/tools", "host/tools.git"));
        var statements = new List<string>();
        raw.sqlite3_trace(database.Connection.Handle, (strdelegate_trace)((_, sql) => statements.Add(sql)), null);

        Assert.Equal(["/src/tool.git", "host/Tool"], table.FindByName("tool").Select(row => row.Key));

        raw.sqlite3_trace(database.Connection.Handle, (strdelegate_trace?)null, null);
        var plan = database.Connection.Query("EXPLAIN QUERY PLAN " + statements.Single(), row => row.GetString(3));
        Assert.DoesNotContain(plan, step => step.StartsWith("SCAN", StringComparison.Ordinal));
    }
}
