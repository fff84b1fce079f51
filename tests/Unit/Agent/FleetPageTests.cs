using System.Text.Json;
using Gitproc.Leases;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Agent;

/// <summary>The agent's page on a machine of a fleet.</summary>
public sealed class FleetPageTests(FleetServer server) : IClassFixture<FleetServer>, IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [PostgresFact]
    public void It_shows_all_machines_and_escapes_what_they_say()
    {
        using var fleet = server.Make("here", "there");
        var there = fleet["there"];
        there.Beat();
        there.Calls.Mirror(
            JsonSerializer.Serialize(new[]
            {
                new
                {
                    number = 7,
                    repository = "example.com/far",
                    state = "Locked",
                    shown = new
                    {
                        name = "checkout-7", path = "/far/checkout-7", repository = "example.com/far", url = "far",
                        state = "locked", kind = "clone", branch = "<script>", leaseId = "l", user = "anna",
                        ownerProcessId = 5, ownerProcessName = "bash", label = "<b>far away</b>",
                        acquiredAt = DateTimeOffset.UtcNow, createdAt = DateTimeOffset.UtcNow,
                        job = new { system = "CI", run = "9", url = "javascript:alert(1)" },
                    },
                },
            }),
            [],
            null,
            null);
        there.Calls.Deliver(there.Pool, JsonSerializer.Serialize(new[]
        {
            new
            {
                number = 1, at = DateTime.UtcNow, kind = "Acquired", checkout = "checkout-7",
                repository = "example.com/far", lease = "l", who = "anna of far",
            },
        }));
        _pool.Acquire(_pool.Request() with
        {
            Terms = new LeaseTerms { Owner = PoolFixture.Self, Label = "near by" },
        });
        using var agent = new AgentProcess(
            _pool, [("GITPROC_FLEET", fleet.Address("here"))], "--page", "0");

        string page = "";
        Eventually.True(() => (page = agent.Get("")).Contains(">there<", StringComparison.Ordinal));
        Assert.Contains(">here<", page, StringComparison.Ordinal);
        Assert.Contains("near by", page, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;far away&lt;/b&gt;", page, StringComparison.Ordinal);
        Assert.Contains("anna of far", page, StringComparison.Ordinal);
        Assert.Contains("2 held", page, StringComparison.Ordinal);
        Assert.Contains("2 machines", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("javascript:", page, StringComparison.Ordinal);

        fleet.SetLimit(TestMachine.Repository, 1);
        there.Ask("x");
        there.Ask("y");
        Eventually.True(() => agent.Get("").Contains("user of y on there", StringComparison.Ordinal));
        fleet.Pass(TimeSpan.FromMinutes(5));
        Eventually.True(() => agent.Get("").Contains("not heard of this machine", StringComparison.Ordinal));
    }
}
