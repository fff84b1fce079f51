using System.Text.Json;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Rescuing;

/// <summary>A rescue is named by the first characters of its lease's id.</summary>
public sealed class RescueIdsTests : IDisposable
{
    private const string Plain = "checkout-1/20261121T160904Z-0ebd560aabcc";
    private const string Near = "checkout-2/20261121T160904Z-0ebd560affff";
    private const string Second = "checkout-3/20261121T160904Z-5a3bdc199891";
    private const string SecondToo = "checkout-3/20261121T160904Z-5a3bdc199891-2";
    private const string Undone = "checkout-3/20261121T160904Z-5a3bdc199891-undone";
    private const string Early = "checkout-4/20261121T160904Z-7777777aaaaa";
    private const string Late = "checkout-4/20261121T170904Z-7777777aaaaa";
    private const string Unleased = "checkout-5/20261121T160904Z-unknown";

    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData("0ebd560", Plain, Unleased)]
    [InlineData("0ebd560aa", Plain, Near)]
    [InlineData("5a3bdc199891", Second, SecondToo, Undone)]
    [InlineData("5a3bdc199891-2", SecondToo, Second, Undone)]
    [InlineData("5a3bdc199891-u", Undone, Second, SecondToo)]
    [InlineData(Early, Early, Late, Plain)]
    [InlineData(Unleased, Unleased, Plain)]
    [InlineData("todo/work", "todo/work", Plain)]
    public void An_id_is_as_short_as_it_can_be_and_names_its_rescue(string expected, string id, params string[] others)
    {
        var ids = new RescueIds([.. others, id, .. others]);
        Assert.Equal(expected, ids.Shorten(id));
        Assert.Equal(id, ids.Find(expected));
        Assert.Equal(id, ids.Find(id));
    }

    [Theory]
    [InlineData("0eBd", Plain)]
    [InlineData("5a3bdc199891-2", SecondToo)]
    [InlineData("0eb", null)]
    [InlineData("unknown", null)]
    [InlineData("0ebd560aabccd", null)]
    public void The_beginning_of_a_leases_id_finds_its_rescue(string name, string? expected) =>
        Assert.Equal(expected, new RescueIds([Plain, Second, SecondToo, Unleased]).Find(name));

    [Theory]
    [InlineData("5a3b", Second, SecondToo)]
    [InlineData("7777777aaaaa", Early, Late)]
    public void What_fits_several_is_an_error_that_names_them(string name, params string[] fitting)
    {
        var error = Assert.Throws<GitprocException>(() => new RescueIds([Plain, .. fitting]).Find(name));
        Assert.Equal(ErrorReason.AmbiguousRescue, error.Reason);
        Assert.All(fitting, id => Assert.Contains(id, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain(Plain, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_and_messages_have_short_ids_which_commands_take()
    {
        var checkout = _pool.Acquire();
        File.WriteAllText(Path.Combine(checkout.Path, "new"), "work");
        var lease = checkout.LeaseId!;
        Assert.Contains(
            $"to get it back: gitproc rescue restore {lease[..7]}\n",
            Run("release", checkout.Name, "--force").Error.ReplaceLineEndings("\n"),
            StringComparison.Ordinal);
        Assert.Contains($"\n{lease[..7]} ", Run("rescue", "list").Output, StringComparison.Ordinal);

        var restored = Run("rescue", "restore", lease[..4]).Output.Trim();
        Assert.Equal("work", File.ReadAllText(Path.Combine(restored, "new")));

        var unknown = Run("rescue", "restore", "0000");
        Assert.Equal(1, unknown.ExitCode);
        Assert.Equal("gitproc: There is no rescue 0000. See gitproc rescue list.", Line(unknown));

        // Another rescue of the same lease.
        var folder = Assert.Single(Directory.GetDirectories(Path.Combine(_pool.Pool.Path, "rescues")));
        var later = Path.Combine(Path.GetDirectoryName(folder)!, $"3{Path.GetFileName(folder)[1..]}");
        Directory.CreateDirectory(later);
        File.Copy(Path.Combine(folder, "description"), Path.Combine(later, "description"));
        using var list = JsonDocument.Parse(Run("rescue", "list", "--json").Output);
        var ids = list.RootElement.EnumerateArray().Select(rescue => rescue.GetProperty("id").GetString()!).ToList();
        Assert.Equal(2, ids.Count);
        var table = Run("rescue", "list").Output;
        Assert.All(ids, id => Assert.Contains($"\n{id} ", table, StringComparison.Ordinal));
        var ambiguous = Run("rescue", "remove", lease[..7]);
        Assert.Equal(1, ambiguous.ExitCode);
        Assert.All(ids, id => Assert.Contains(id, Line(ambiguous), StringComparison.Ordinal));

        Assert.Equal(0, Run("rescue", "remove", ids.Max(StringComparer.Ordinal)!).ExitCode);
        Assert.Equal(0, Run("rescue", "remove", lease[..7]).ExitCode);
        Assert.Empty(_pool.Pool.Rescues.List(null, _pool.Home));
    }

    private static string Line(GitprocProgram.Result result) => result.Error.ReplaceLineEndings(" ").Trim();

    private GitprocProgram.Result Run(params string[] arguments) => _pool.Program.Run(_pool.Home, arguments);
}
