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
        there.ShowCheckout("example.com/far", "<script>", "<b>far away</b>", "javascript:alert(1)");
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
        AgentProcess.AssertShows(
            page,
            [">here<", "near by", "&lt;b&gt;far away&lt;/b&gt;", "anna of far", "2 held", "2 machines"],
            without: ["<script>", "javascript:"]);

        fleet.SetLimit(TestMachine.Repository, 1);
        there.Ask("x");
        there.Ask("y");
        Eventually.True(() => agent.Get("").Contains("user of y on there", StringComparison.Ordinal));
        fleet.Pass(TimeSpan.FromMinutes(5));
        Eventually.True(() => agent.Get("").Contains("not heard of this machine", StringComparison.Ordinal));
    }
}
