using System.Diagnostics;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Recycling;

/// <summary>Pipes that a job puts where git looks for objects.</summary>
public sealed class ObjectTrapTests : IDisposable
{
    private const string Name = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData("alternates")]
    [InlineData("alternates of alternates")]
    [InlineData("quoted")]
    [InlineData("relative")]
    [InlineData("pack is a link")]
    [InlineData("info is a link")]
    public async Task They_keep_nobody_waiting(string how)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoPipes);
        var checkout = _pool.Acquire();
        var objects = Path.Combine(checkout.Path, ".git", "objects");
        var trap = _pool["trap"];
        Directory.CreateDirectory(Path.Combine(trap, "pack"));
        await Process.Start("mkfifo", [Path.Combine(trap, "pack", $"pack-{Name}.idx")]).WaitForExitAsync();
        File.WriteAllText(Path.Combine(trap, "pack", $"pack-{Name}.pack"), "");
        var alternates = Path.Combine(objects, "info", "alternates");
        switch (how)
        {
            case "alternates":
                File.AppendAllText(alternates, trap + "\n");
                break;
            case "alternates of alternates":
                var between = Directory.CreateDirectory(_pool["between/info"]).FullName;
                File.WriteAllText(Path.Combine(between, "alternates"), trap + "\n");
                File.AppendAllText(alternates, Path.GetDirectoryName(between) + "\n");
                break;
            case "quoted":
                File.AppendAllText(alternates, $"\"{trap}\"\n");
                break;
            case "relative":
                File.AppendAllText(alternates, Path.GetRelativePath(objects, trap) + "\n");
                break;
            case "pack is a link":
                Directory.Delete(Path.Combine(objects, "pack"), recursive: true);
                Directory.CreateSymbolicLink(Path.Combine(objects, "pack"), Path.Combine(trap, "pack"));
                break;
            default:
                var info = Directory.CreateDirectory(_pool["info"]).FullName;
                File.WriteAllText(Path.Combine(info, "alternates"), File.ReadAllText(alternates) + trap + "\n");
                Directory.Delete(Path.Combine(objects, "info"), recursive: true);
                Directory.CreateSymbolicLink(Path.Combine(objects, "info"), info);
                break;
        }

        File.WriteAllText(Path.Combine(checkout.Path, "work.txt"), "work");
        var released = await Task.Run(() => _pool.Release(checkout)).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(CheckoutState.Free, released.State);
        Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home));
        Assert.True(File.Exists(Path.Combine(trap, "pack", $"pack-{Name}.pack")));
    }

    [Fact]
    public void What_is_borrowed_from_elsewhere_is_rescued()
    {
        var checkout = _pool.Acquire();
        var other = TestGit.MakeRepository(_pool["other"]);
        File.WriteAllText(Path.Combine(other, ".git", "objects", "pack", "empty.keep"), "");
        File.AppendAllText(
            Path.Combine(checkout.Path, ".git", "objects", "info", "alternates"),
            Path.Combine(other, ".git", "objects") + "\n");
        File.WriteAllText(Path.Combine(other, "theirs.txt"), "theirs");
        TestGit.Run(other, "add", "-A");
        TestGit.Run(other, "commit", "--quiet", "-m", "theirs");
        TestGit.Run(checkout.Path, "branch", "borrowed", TestGit.Run(other, "rev-parse", "HEAD"));
        Assert.Equal(CheckoutState.Free, _pool.Release(checkout).State);
        Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home));
    }
}
