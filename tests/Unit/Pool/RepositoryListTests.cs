using System.Text.Json;
using Gitproc.Files;
using Gitproc.Text;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>What the pool tells of its repositories.</summary>
public sealed class RepositoryListTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void A_repository_has_its_base_and_numbers()
    {
        _pool.Pool.Acquiring.Acquire(_pool.Request() with { Count = 2 });
        _pool.Release(_pool.Acquire());

        var repository = Assert.Single(_pool.Pool.Care.ListRepositories());

        Assert.Equal(
            (_pool.Source, "main", 3, 1, 2),
            (repository.Key, repository.DefaultBranch, repository.Checkouts, repository.Free, repository.Locked));
        Assert.True(File.Exists(Path.Combine(repository.Path, "HEAD")));
        Assert.Equal(
            Directory
                .EnumerateFiles(repository.Path, "*", SearchOption.AllDirectories)
                .Sum(file => new FileInfo(file).Length),
            repository.Size);
        Assert.InRange((DateTimeOffset.UtcNow - repository.FetchedAt!.Value).TotalSeconds, 0, 60);
        Assert.Equal(_pool.Key, $"{repository}");
    }

    [Fact]
    public void One_whose_base_is_gone_has_no_size()
    {
        _pool.Acquire();
        FolderRemoval.Remove(Path.Combine(_pool.Pool.Path, "base"));
        Assert.Null(Assert.Single(_pool.Pool.Care.ListRepositories()).Size);
    }

    [Fact]
    public void The_command_prints_a_table_and_json()
    {
        _pool.Acquire();
        var lines = _pool.Program.Run(_pool.Home, "repositories").Output.Split('\n');
        Assert.StartsWith("REPOSITORY", lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"{_pool.Key}  main", lines[1], StringComparison.Ordinal);
        using var json = JsonDocument.Parse(_pool.Program.Run(_pool.Home, "repos", "--json").Output);
        var repository = Assert.Single(json.RootElement.EnumerateArray());
        Assert.Equal(
            ["key", "url", "path", "size", "fetchedAt", "fetchError", "defaultBranch", "checkouts", "free", "locked"],
            repository.EnumerateObject().Select(property => property.Name));
        Assert.Equal("[]", _pool.Program.Run(_pool.Home, "repos", "--json", "--pool", _pool["none"]).Output);
    }

    [Fact]
    public void Sizes_do_not_follow_links()
    {
        UnixTools.SkipWithoutLinks();
        var folder = Directory.CreateDirectory(_pool["folder"]).FullName;
        File.WriteAllText(Path.Combine(folder, "file"), "12345");
        Directory.CreateDirectory(Path.Combine(folder, "inner"));
        File.WriteAllText(Path.Combine(folder, "inner", ".hidden"), "123");
        Directory.CreateSymbolicLink(Path.Combine(folder, "link"), _pool.Source);
        File.CreateSymbolicLink(Path.Combine(folder, "file-link"), Path.Combine(_pool.Source, "file-0.txt"));
        Assert.Equal(8, FolderSize.Of(folder));
        Assert.Equal(0, FolderSize.Of(Path.Combine(folder, "link")));
        Assert.Equal(0, FolderSize.Of(Path.Combine(folder, "none")));
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KB")]
    [InlineData(3L << 40, "3.0 TB")]
    public void Sizes_are_named_by_their_greatest_unit(long bytes, string text) =>
        Assert.Equal(text, PrintableSize.Of(bytes));
}
