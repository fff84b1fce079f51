using System.Text;
using Gitproc.Pools;
using Gitproc.Reports;
using Gitproc.Repositories;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Repositories;

/// <summary>Packing base repositories: faster, and without the loss of an object.</summary>
public sealed class BaseMaintenanceTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void No_object_is_lost_whether_something_leads_to_it_or_not()
    {
        var checkout = _pool.Acquire();
        var path = _pool.Pool.Care.ListRepositories()[0].Path;
        // A branch that upstream has dropped since, and that a checkout has checked out: nothing in the base leads to
        // it.
        TestGit.Run(_pool.Source, "checkout", "--quiet", "-b", "dropped");
        var dropped = Commit("dropped");
        FetchPacked(path);
        TestGit.Run(checkout.Path, "checkout", "--quiet", "--detach", dropped);
        TestGit.Run(_pool.Source, "checkout", "--quiet", "main");
        TestGit.Run(_pool.Source, "branch", "-D", "dropped");
        for (var i = 0; i < 55; i++)
        {
            Commit($"{i}");
            FetchPacked(path);
        }

        TestGit.Run(path, "--git-dir", path, "update-ref", "-d", "refs/remotes/origin/dropped");
        var loose = WriteLoose(path, count: 200);
        Assert.True(Packs(path) > 50);
        Assert.True(BaseMaintenance.IsDue(path));
        Assert.Equal("", TestGit.Run(path, "--git-dir", path, "for-each-ref", "--contains", dropped));
        var before = Objects(path);

        Assert.Equal([_pool.Key], _pool.Pool.Care.Maintain());
        Assert.Equal(before, Objects(path));
        Assert.DoesNotContain(
            Directory.EnumerateDirectories(Path.Combine(path, "objects"), "??"),
            folder => Directory.EnumerateFiles(folder).Any());

        // What is in a newer pack goes the next time.
        Assert.Equal([_pool.Key], _pool.Pool.Care.Maintain());
        Assert.Equal(before, Objects(path));
        Assert.InRange(Packs(path), 1, 3);
        Assert.Empty(_pool.Pool.Care.Maintain());

        Assert.All(loose, id => Assert.Contains(id, before, StringComparison.Ordinal));
        Assert.Equal("", TestGit.Run(checkout.Path, "status", "--short"));
        Assert.Equal(dropped, TestGit.Run(checkout.Path, "rev-parse", "HEAD"));
        TestGit.Run(checkout.Path, "fsck", "--full", "--strict");
        TestGit.Run(path, "--git-dir", path, "rev-list", "--objects", "--all", "--quiet");
        Assert.Equal(CheckoutState.Free, _pool.Release(checkout).State);
        Assert.DoesNotContain(
            _pool.Reports,
            report => report.Kind == ReportKind.Warning && report.Text.Contains("packed", StringComparison.Ordinal));
    }

    [Fact]
    public void What_does_not_need_it_is_left_alone()
    {
        _pool.Release(_pool.Acquire());
        _pool.Reports.Clear();
        Assert.Empty(_pool.Pool.Care.Maintain());
        Assert.Equal(0, _pool.GitCommands);
    }

    [Fact]
    public void Many_loose_objects_are_packed_by_warm_and_by_repair()
    {
        _pool.Release(_pool.Acquire());
        var path = _pool.Pool.Care.ListRepositories()[0].Path;
        foreach (var way in (Action[])
                [
                    () =>
                        _pool.Pool.Acquiring.Warm(
                            new WarmRequest
                            {
                                Repository = _pool.Source,
                                Count = 1,
                                WorkingDirectory = _pool.Home,
                            }),
                    () => Assert.Single(_pool.Pool.Care.Repair()),
                ])
        {
            // In one folder, as git counts them there.
            foreach (var id in WriteLoose(path, count: 40, folder: "17"))
                Assert.StartsWith("17", id, StringComparison.Ordinal);
            Assert.True(BaseMaintenance.IsDue(path));
            var before = Objects(path);
            way();
            Assert.Equal(before, Objects(path));
            Assert.False(BaseMaintenance.IsDue(path));
        }
    }

    [Fact]
    public void What_killed_gits_have_left_does_not_stop_it()
    {
        _pool.Release(_pool.Acquire());
        var path = _pool.Pool.Care.ListRepositories()[0].Path;
        WriteLoose(path, count: 40, folder: "17");
        string[] left = ["objects/maintenance.lock", "objects/pack/multi-pack-index.lock", "objects/pack/tmp_pack_x"];
        foreach (var name in left)
        {
            File.WriteAllText(Path.Combine(path, name), "");
            File.SetLastWriteTimeUtc(Path.Combine(path, name), DateTime.UtcNow.AddDays(-2));
        }

        var young = Path.Combine(path, "objects/pack/tmp_pack_y");
        File.WriteAllText(young, "");

        Assert.Single(_pool.Pool.Care.Maintain());

        Assert.All(left, name => Assert.False(File.Exists(Path.Combine(path, name)), name));
        Assert.True(File.Exists(young));
        Assert.False(BaseMaintenance.IsDue(path));
    }

    private string Commit(string content)
    {
        File.WriteAllText(Path.Combine(_pool.Source, "file-0.txt"), content);
        TestGit.Run(_pool.Source, "commit", "--quiet", "--all", "--message", content);
        return TestGit.Run(_pool.Source, "rev-parse", "HEAD");
    }

    // As a pack of its own, however few objects there are.
    private void FetchPacked(string path) =>
        TestGit.Run(
            path,
            "-c",
            "fetch.unpackLimit=1",
            "--git-dir",
            path,
            "fetch",
            "--quiet",
            _pool.Source,
            "+refs/heads/*:refs/remotes/origin/*");

    private static List<string> WriteLoose(string path, int count, string? folder = null)
    {
        var ids = new List<string>();
        for (var i = 0; ids.Count < count; i++)
        {
            var content = $"{count} loose {i} {Guid.NewGuid()}";
            var bytes = Encoding.UTF8.GetBytes($"blob {content.Length}\0{content}");
#pragma warning disable CA5350 // It is git's.
            var id = Convert.ToHexString(System.Security.Cryptography.SHA1.HashData(bytes)).ToLowerInvariant();
#pragma warning restore CA5350
            if (folder is not null && !id.StartsWith(folder, StringComparison.Ordinal))
                continue;
            var file = Path.Combine(path, "objects", id[..2], id[2..]);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            using (
                var stream = new System.IO.Compression.ZLibStream(
                    File.Create(file), System.IO.Compression.CompressionLevel.Fastest))
                stream.Write(bytes);
            ids.Add(id);
        }

        return ids;
    }

    private static string Objects(string path)
    {
        var lines = TestGit
            .Run(path, "--git-dir", path, "cat-file", "--batch-check", "--batch-all-objects")
            .Split('\n');
        return string.Join('\n', lines.Order(StringComparer.Ordinal));
    }

    private static int Packs(string path) =>
        Directory.EnumerateFiles(Path.Combine(path, "objects/pack"), "*.pack").Count();
}
