using Gitproc.Pools;
using Gitproc.Terminal;
using Gitproc.Text;

namespace Gitproc.Unit.Views;

public sealed class PoolTableTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(9);

    private static readonly PoolSnapshot Busy = new(
        "/pool",
        [
            Entry(1, CheckoutState.Free, "main"),
            Entry(2, CheckoutState.Locked, "feature/a-branch-with-a-long-name", "a label with \e[31m and 😀😀😀😀😀😀😀😀😀😀"),
            Entry(3, CheckoutState.Creating, null, "is made: the repository is cloned"),
        ],
        [
            new PoolWaiter("github.com/some-owner/some-repository", null, "process 77 (bash)", Now.AddMinutes(-3)),
            new PoolWaiter("github.com/some-owner/some-repository", "checkout-2", "process 78 (bash)", Now),
        ]);

    [Fact]
    public void All_is_said_in_a_plain_table()
    {
        var lines = Table(Busy, "/pool/checkout-2/folder").Lines();
        Assert.Equal(6, lines.Count);
        Assert.StartsWith(
            "checkout-1    Free       9 d  github.com/some-owner/some-repository  main",
            lines[1],
            StringComparison.Ordinal);
        Assert.StartsWith("checkout-2 *  Locked    10 m  ", lines[2], StringComparison.Ordinal);
        Assert.Contains(@"123 pwsh           a label with \x1b[31m", lines[2], StringComparison.Ordinal);
        Assert.EndsWith("is made: the repository is cloned", lines[3], StringComparison.Ordinal);
        Assert.StartsWith("-             Waiting    3 m  ", lines[4], StringComparison.Ordinal);
        Assert.EndsWith("process 77 (bash)  is next", lines[4], StringComparison.Ordinal);
        Assert.StartsWith("checkout-2    Waiting    0 s  ", lines[5], StringComparison.Ordinal);
        Assert.EndsWith("1 before it", lines[5], StringComparison.Ordinal);
        Assert.Empty(Table(new PoolSnapshot("/pool", [], []), "/").Lines());
    }

    [Fact]
    public void A_terminal_gets_what_fits_and_the_busy_first()
    {
        for (var width = 200; width >= 30; width--)
        {
            var lines = Table(Busy, "/").Lines(width, hasColor: false);
            Assert.All(lines, line => Assert.True(line.Length <= width, $"{width}: {line}"));
            Assert.All(lines, line => Assert.False(HasHalf(line), line));
            Assert.Equal(
                ["checkout-3", "checkout-2", "-", "checkout-2", "checkout-1"],
                lines.Skip(1).Select(line => line.Split(' ')[0]));
        }

        var narrow = Table(Busy, "/").Lines(80, hasColor: false);
        Assert.Equal(
            ["NAME", "STATE", "AGE", "REPOSITORY", "BRANCH", "HOLDER", "DOING"],
            narrow[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("…", narrow[1], StringComparison.Ordinal);
        Assert.Contains("sitory", narrow[1], StringComparison.Ordinal);
        Assert.Equal(
            ["NAME", "STATE", "AGE", "HOLDER"],
            Table(Busy, "/").Lines(40, hasColor: false)[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Colours_come_only_when_they_are_wanted()
    {
        Assert.Contains(
            "\e[33mLocked ", string.Join('\n', Table(Busy, "/").Lines(80, hasColor: true)), StringComparison.Ordinal);
        Assert.DoesNotContain(
            "\e", string.Join('\n', Table(Busy, "/").Lines(80, hasColor: false)), StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_stand_below_one_another_in_any_script()
    {
        TableColumn[] columns = [new("NAME"), new("WHO"), new("WHAT")];
        var lines = TextTable.Lines(columns, [["日本語", "a", "x"], ["e\u0301té", "b", "y"], ["😀", "c", "z"]]).ToList();
        Assert.Equal(["NAME    WHO  WHAT", "日本語  a    x", "e\u0301té     b    y", "😀      c    z"], lines);
    }

    [Theory]
    [InlineData("日本語のラベル", 5, "日本…", "日…ル")]
    [InlineData("日本語のラベル", 7, "日本語…", "日…ベル")]
    [InlineData("日本語のラベル", 14, "日本語のラベル", "日本語のラベル")]
    [InlineData("e\u0301e\u0301e\u0301", 2, "e\u0301…", "…e\u0301")]
    [InlineData("😀😀", 1, "…", "…")]
    [InlineData("github.com/owner/repository", 11, "github.com…", "githu…itory")]
    public void Text_is_cut_by_the_cells_that_it_takes(string text, int width, string end, string middle) =>
        Assert.Equal((end, middle), (CellText.CutEnd(text, width), CellText.CutMiddle(text, width)));

    [Theory]
    [InlineData(60)]
    [InlineData(40)]
    [InlineData(32)]
    [InlineData(20)]
    [InlineData(9)]
    public void A_holder_keeps_how_its_lease_ended_and_a_part_of_the_label(int width)
    {
        var cut = CheckoutText.CutHolder("1234567 long-program (gone): a long label", width);
        Assert.True(CellText.Width(cut) <= width, cut);
        Assert.EndsWith("l", cut, StringComparison.Ordinal);
        Assert.StartsWith("1", cut, StringComparison.Ordinal);
        if (width >= 20)
        {
            Assert.Contains(" (gone): a", cut, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_table_fits_any_width()
    {
        TableColumn[] columns =
        [
            new("NAME"), new("FIRST") { Narrowest = 8, LeftOut = 2 }, new("SECOND") { Narrowest = 8, LeftOut = 1 },
        ];
        string[][] rows = [["checkout-1", new string('日', 20), "e\u0301é" + new string('x', 30)]];
        for (var width = 1; width < 100; width++)
        {
            var lines = TextTable.Lines(columns, rows, width).ToList();
            Assert.All(lines, line => Assert.True(CellText.Width(line) <= width, $"{width}: {line}"));
        }

        Assert.Equal(["NAME", "FIRST", "SECOND"], Titles(32));
        Assert.Equal(["NAME", "FIRST"], Titles(28));
        Assert.Equal(["NAME"], Titles(16));

        string[] Titles(int width) => TextTable.Lines(columns, rows, width).First()
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public void The_summary_counts() =>
        Assert.Equal("3 checkouts: 1 free, 1 locked, 1 creating; 2 waiting", Table(Busy, "/").Summary());

    [Theory]
    [InlineData(-5, "0 s")]
    [InlineData(119, "119 s")]
    [InlineData(180, "3 m")]
    [InlineData(7200, "2 h")]
    [InlineData(200_000, "2 d")]
    public void Ages_are_named_by_their_greatest_unit(int seconds, string text) =>
        Assert.Equal(text, PrintableTime.Age(TimeSpan.FromSeconds(seconds)));

    private static PoolTable Table(PoolSnapshot snapshot, string place) =>
        new(snapshot, Now, new CurrentCheckout(place));

    private static bool HasHalf(string line) =>
        line.Where(
                (c, at) =>
                    (char.IsHighSurrogate(c) && (at + 1 == line.Length || !char.IsLowSurrogate(line[at + 1])))
                    || (char.IsLowSurrogate(c) && (at == 0 || !char.IsHighSurrogate(line[at - 1]))))
            .Any();

    private static PoolEntry Entry(int id, CheckoutState state, string? branch, string doing = "") => new(
        new Checkout
        {
            Name = $"checkout-{id}",
            Path = $"/pool/checkout-{id}",
            Repository = "github.com/some-owner/some-repository",
            Url = "https://github.com/some-owner/some-repository",
            State = state,
            Branch = branch,
            CreatedAt = DateTimeOffset.UnixEpoch,
            LeaseId = state == CheckoutState.Free ? null : "lease",
            OwnerProcessId = state == CheckoutState.Free ? null : 123,
            OwnerProcessName = "pwsh",
        },
        doing,
        state == CheckoutState.Free ? DateTimeOffset.UnixEpoch : Now.AddMinutes(-10));
}
