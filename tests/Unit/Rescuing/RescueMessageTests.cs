using System.Text;
using CsCheck;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Text;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Rescuing;

public sealed class RescueMessageTests
{
    private const string Least = "Rescue\n\nCheckout: checkout-1\nReleased: 2026-01-02T03:04:05.0000000Z\n";

    private static readonly Rescue Full = new()
    {
        Id = "checkout-1/1",
        Checkout = "checkout-1",
        Repository = "example.com/größer",
        LeaseId = "0123",
        Holder = "1 sh: nightly: build",
        Job = "GitLab 1",
        Branch = "main",
        RescuedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(6),
        Files = 1,
        Commits = 2,
        Size = 3,
    };

    public static TheoryData<string> NoRescues =>
        [
            "",
            "\n\n\n",
            ": ",
            "Checkout",
            "Checkout: checkout-1",
            Least.Replace("Checkout", "checkout", StringComparison.Ordinal),
            Least.Replace("Released", "Time", StringComparison.Ordinal),
            "\0",
            With("12:00"),
            With("5"),
            With("yesterday"),
            With(""),
            With("2026-01-02"),
            With("2026-01-02T03:04:05"),
            With("2026-13-02T03:04:05.0000000Z"),
            With("99999-01-02T03:04:05.0000000Z"),
        ];

    [Theory]
    [MemberData(nameof(NoRescues))]
    public void Is_null_for_what_is_no_rescue(string message) => Assert.Null(RescueMessage.Read("id", message));

    [Theory]
    [InlineData("", 0, 0, 0)]
    [InlineData("Files: 1\nCommits: 2\nSize: 3\n", 1, 2, 3)]
    [InlineData("Files: -1\nCommits: x\nSize: 1.5\n", 0, 0, 0)]
    // Not a negative number.
    [InlineData(
        "Files: 4294967295\nCommits: 2147483648\nSize: 9223372036854775807\n", int.MaxValue, int.MaxValue, long.MaxValue
    )]
    [InlineData("Files: 99999999999999999999\nCommits:\nSize: \n", 0, 0, 0)]
    [InlineData("Files: 1\nFiles: 2\n", 2, 0, 0)]
    public void Reads_numbers(string lines, int files, int commits, long size)
    {
        var rescue = RescueMessage.Read("id", Least + lines)!;
        Assert.Equal((files, commits, size), (rescue.Files, rescue.Commits, rescue.Size));
    }

    [Fact]
    public void Reads_the_least()
    {
        var rescue = RescueMessage.Read("id", Least)!;
        Assert.Equal(
            ("id", "checkout-1", "", null, null, null, null),
            (rescue.Id, rescue.Checkout, rescue.Repository, rescue.LeaseId, rescue.Holder, rescue.Job, rescue.Branch));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), rescue.RescuedAt);
        Assert.Equal(TimeSpan.Zero, rescue.RescuedAt.Offset);
    }

    [Fact]
    public void Reads_what_it_wrote()
    {
        // Control characters, and what begins as a CI's command line, are written out for good.
        var text = Gen
            .Char.Where(c => !char.IsControl(c) && !char.IsSurrogate(c))
            .Array[0, 20]
            .Select(chars => new string(chars))
            .Where(line => PrintableText.Of(line) == line);
        var odd = Gen.OneOf(text, Gen.OneOf("Released: now", ": ", "a: b", "Files: 9"));
        var time = Gen.Long[0, DateTime.MaxValue.Ticks].Select(ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
        Gen.Select(odd, Gen.Null(odd), Gen.Null(odd), time, Gen.Int[0, int.MaxValue], Gen.Long[0, long.MaxValue])
            .Sample(
                (name, holder, branch, at, count, size) =>
                {
                    var rescue = Full with
                    {
                        Checkout = name,
                        Repository = name,
                        Holder = holder,
                        Branch = branch,
                        Job = holder,
                        LeaseId = branch,
                        RescuedAt = at,
                        Files = count,
                        Commits = count,
                        Size = size,
                    };
                    Assert.Equal(rescue, RescueMessage.Read(rescue.Id, RescueMessage.Write(rescue)));
                },
                iter: 1000,
                threads: 1);
    }

    [Fact]
    public void Writes_no_line_for_a_line_in_a_value()
    {
        var read = RescueMessage.Read(
            Full.Id, RescueMessage.Write(Full with { Holder = "x\nFiles: 99\r\n\nCheckout: another" })
        )!;
        Assert.Equal((Full.Files, Full.Checkout), (read.Files, read.Checkout));
        Assert.Equal("x\\x0aFiles: 99\\x0d\\x0a\\x0aCheckout: another", read.Holder);
    }

    [Fact]
    public void Never_fails()
    {
        var real = Encoding.UTF8.GetBytes(RescueMessage.Write(Full));
        foreach (var cut in Damage.CutsOf(real))
            Look(cut);
        Damage.Of(real).Sample(Look, iter: 2000, threads: 1);

        static void Look(byte[] bytes)
        {
            if (RescueMessage.Read("id", Encoding.UTF8.GetString(bytes)) is { } rescue)
                Assert.True(rescue.Files >= 0 && rescue.Commits >= 0 && rescue.Size >= 0);
        }
    }

    private static string With(string released) =>
        Least.Replace("2026-01-02T03:04:05.0000000Z", released, StringComparison.Ordinal);
}
