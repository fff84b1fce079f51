using System.Text;
using CsCheck;
using Gitproc.Leases;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Leases;

public sealed class LeaseJsonTests
{
    private const string Least = """{"id":"1","user":"u","machine":"m","acquiredAt":5}""";

    private static readonly Lease Full = new()
    {
        Id = "0123",
        User = "ü",
        Machine = "m",
        AcquiredAt = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123),
        ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000),
        IsStrict = true,
        Label = "nightly \"build\"",
        Owner = new LeaseOwner(new ProcessPlace("h", "b", "n"), new ProcessIdentity(12, 34), "sh", "/bin/sh"),
        Job = new Job("GitLab", "1", "name", "2", "https://example.com"),
        Environment = new Dictionary<string, string> { ["A"] = "1", [""] = "" },
    };

    public static TheoryData<string> NoLeases =>
        [
            "",
            " ",
            "null",
            "1",
            "[]",
            "{}",
            "\"x\"",
            Least + Least,
            Least[..^1],
            "[" + Least + "]",
            new string('[', 100_000),
            "\0",
            "\ufeff",
            With("\"id\":\"1\"", "\"id\":null"),
            With("\"id\":\"1\"", "\"id\":1"),
            With("\"user\":\"u\"", "\"user\":null"),
            With("\"machine\":\"m\",", ""),
            With("\"id\":\"1\"", "\"id\":\"\\ud800\""),
            With("5", "null"),
            With("5", "\"5\""),
            With("5", "5.5"),
            With("5", "1e400"),
            With("5", "99999999999999999999"),
            With("5", "9223372036854775807"),
            With("5", "-9223372036854775808"),
            With("5", "5,\"expiresAt\":null"),
            With("5", "5,\"strict\":1"),
            With("5", "5,\"label\":{}"),
            With("5", "5,\"owner\":null"),
            With("5", "5,\"owner\":{}"),
            With("5", """5,"owner":{"host":"h","boot":"b","namespace":"n","pid":4294967296,"started":1,"name":"x"}"""),
            With("5", """5,"owner":{"host":null,"boot":"b","namespace":"n","pid":1,"started":1,"name":"x"}"""),
            With("5", """5,"owner":{"host":"h","boot":"b","namespace":"n","pid":1,"started":1,"name":null}"""),
            With("5", "5,\"job\":{\"system\":\"s\",\"run\":null}"),
            With("5", "5,\"job\":[]"),
            With("5", "5,\"environment\":[]"),
            With("5", "5,\"environment\":{\"a\":null}"),
            With("5", "5,\"environment\":{\"a\":1}"),
            With("5", "5,\"environment\":{\"a\":\"1\",\"a\":\"2\"}"),
        ];

    [Theory]
    [MemberData(nameof(NoLeases))]
    public void Is_null_for_what_is_no_lease(string text) => Assert.Null(LeaseJson.Read(text));

    [Fact]
    public void Reads_the_least_and_leaves_what_it_does_not_know()
    {
        var least = new Lease
        {
            Id = "1",
            User = "u",
            Machine = "m",
            AcquiredAt = DateTimeOffset.FromUnixTimeMilliseconds(5),
        };
        Assert.Equal(least, LeaseJson.Read(Least));
        Assert.Equal(least, LeaseJson.Read(With("5", "5,\"label\":null,\"later\":{\"a\":[1]}")));
    }

    [Fact]
    public void Reads_what_it_wrote()
    {
        // Half of a character outside of Unicode's first 65,536 can be written by nobody.
        var text = Gen.Char.Where(c => !char.IsSurrogate(c)).Array[0, 20].Select(chars => new string(chars));
        var time = Gen.Long[
                DateTimeOffset.MinValue.ToUnixTimeMilliseconds(),
                DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ]
            .Select(DateTimeOffset.FromUnixTimeMilliseconds);
        var place = Gen.Select(text, text, text, (host, boot, space) => new ProcessPlace(host, boot, space));
        var owner = Gen.Select(
            place,
            Gen.Int,
            Gen.Long,
            text,
            Gen.Null(text),
            (where, id, started, name, program) =>
                new LeaseOwner(where, new ProcessIdentity(id, started), name, program));
        var job = Gen.Select(
            text,
            text,
            Gen.Null(text),
            Gen.Null(text),
            Gen.Null(text),
            (system, run, name, attempt, url) => new Job(system, run, name, attempt, url));
        var times = Gen.Select(time, time, Gen.Bool, Gen.Bool);
        Gen.Select(text, Gen.Null(text), Gen.Null(owner), Gen.Null(job), times, Gen.Dictionary(text, text)[0, 5])
            .Sample(
                (id, label, holder, run, when, environment) =>
                {
                    var lease = new Lease
                    {
                        Id = id,
                        User = id,
                        Machine = id,
                        AcquiredAt = when.Item1,
                        ExpiresAt = when.Item3 ? when.Item2 : null,
                        IsStrict = when.Item4,
                        Label = label,
                        Owner = holder,
                        Job = run,
                    };
                    Assert.Equal(lease, LeaseJson.Read(LeaseJson.Write(lease)));
                    var read = LeaseJson.Read(LeaseJson.Write(lease with { Environment = environment }));
                    Assert.Equal(environment, read?.Environment);
                    Assert.DoesNotContain(lease.BriefHolder(), char.IsControl);
                },
                iter: 1000,
                threads: 1);
    }

    [Fact]
    public void Writes_half_a_character_as_one_that_can_be_read() =>
        Assert.Equal("a\ufffdb", LeaseJson.Read(LeaseJson.Write(Full with { Label = "a\ud800b" }))?.Label);

    [Fact]
    public void Never_fails()
    {
        var real = Encoding.UTF8.GetBytes(LeaseJson.Write(Full));
        Assert.All(Damage.CutsOf(real), cut => Assert.Null(LeaseJson.Read(Encoding.UTF8.GetString(cut))));
        Damage.Of(real).Sample(
            bytes =>
            {
                if (LeaseJson.Read(Encoding.UTF8.GetString(bytes)) is not { } lease)
                    return;
                // All of it can be shown and asked about.
                _ = (lease.Holder(), lease.BriefHolder(), new OwnerLives().WhyOver(lease), LeaseJson.Write(lease));
            },
            iter: 2000, threads: 1);
    }

    private static string With(string old, string other) => Least.Replace(old, other, StringComparison.Ordinal);
}
