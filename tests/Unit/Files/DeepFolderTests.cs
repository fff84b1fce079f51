using System.Diagnostics;
using Gitproc.Files;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Files;

/// <summary>Folders in folders, more than a process may have files open.</summary>
public sealed class DeepFolderTests : IDisposable
{
    private const int Depth = 3000;

    private readonly PoolFixture _pool = new();

    public DeepFolderTests() =>
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A path on Windows has at most 32,767 characters.");

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void A_walk_keeps_few_of_them_open_and_comes_back_to_each()
    {
        var top = Directory.CreateDirectory(_pool["top"]).FullName;
        MakeDeep(top, Depth);
        var most = 0;
        var files = 0;
        using var root = RawFolder.Open(top);
        RawTree.Walk(root, default, entry =>
        {
            if (entry.Kind == EntryKind.File)
            {
                using var file = entry.Parent.TryOpenFile(entry.Name);
                Assert.NotNull(file);
                files++;
            }
            else if (entry.Path.Length > 2 * (Depth - 10))
            {
                most = Math.Max(most, OpenBelow(top));
            }

            return true;
        });
        Assert.Equal(Depth, files);
        Assert.InRange(most, 1, 200);
        root.RemoveEntries();
        Assert.Empty(Directory.EnumerateFileSystemEntries(top));
    }

    [Fact]
    public void A_checkout_with_thousands_of_them_is_released_by_a_process_that_may_have_a_thousand_files_open()
    {
        var checkout = _pool.Acquire();
        MakeDeep(checkout.Path, Depth);
        var start = new ProcessStartInfo(
            "sh",
            ["-c", $"ulimit -n 1024; exec '{GitprocProgram.File}' release --force --discard '{checkout.Name}'"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        GitprocProgram.Isolate(start, _pool.Pool.Path, _pool.Home);
        var result = GitprocProgram.Finish(Process.Start(start)!);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(CheckoutState.Free, _pool.Find(checkout.Name).State);
        Assert.False(Directory.Exists(Path.Combine(checkout.Path, "d")));
    }

    [Fact]
    public void They_may_lie_in_each_other_deeper_than_a_stack_reaches()
    {
        const int Deep = 20_000;
        var top = Directory.CreateDirectory(_pool["top"]).FullName;
        MakeDeep(top, Deep);
        var files = 0;
        var small = new Thread(
            () =>
            {
                using var root = RawFolder.Open(top);
                RawTree.Walk(root, default, entry =>
                {
                    files += entry.Kind == EntryKind.File ? 1 : 0;
                    return true;
                });
                var path = RawText.FromText(string.Join('/', Enumerable.Repeat("d", Deep)));
                RawTree.MakeFolder(root, path + "/more/still/more"u8);
                Assert.True(
                    RawTree.At(root, path + "/more/still"u8, (folder, name) => folder.Find(name) == EntryKind.Folder));
                FolderRemoval.Remove(top);
            },
            256 * 1024);
        small.Start();
        small.Join();
        Assert.Equal(Deep, files);
        Assert.False(Directory.Exists(top));
    }

    // Each has a folder and a file.
    private static void MakeDeep(string path, int depth)
    {
        var folder = RawFolder.Open(path);
        for (var i = 0; i < depth; i++)
        {
            folder.CreateFile("f"u8, isExecutable: false).Dispose();
            folder.CreateFolder("d"u8);
            var inner = folder.TryOpenFolder("d"u8)!;
            folder.Dispose();
            folder = inner;
        }

        folder.Dispose();
    }

    private static int OpenBelow(string folder) =>
        new DirectoryInfo("/proc/self/fd")
            .EnumerateFileSystemInfos()
            .Count(entry => LinkTarget(entry)?.StartsWith(folder, StringComparison.Ordinal) == true);

    private static string? LinkTarget(FileSystemInfo entry)
    {
        try
        {
            return entry.LinkTarget;
        }
        catch (IOException)
        {
            // Another test has closed it.
            return null;
        }
    }
}
