using Gitproc.Fleet.Database;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Fleet;

public sealed class FleetSchemaTests(FleetServer server) : IClassFixture<FleetServer>
{
    [PostgresFact]
    public void Init_makes_the_schema_once_and_says_its_version()
    {
        using var fleet = server.Make("a");
        Assert.Equal(FleetSchema.Version, FleetSchema.VersionOf(fleet.Owner));

        FleetSchema.Init(fleet.Owner);

        Assert.Equal(FleetSchema.Version, FleetSchema.VersionOf(fleet.Session(TestFleet.Role("a"))));
    }

    [PostgresFact]
    public void A_server_that_was_killed_starts_again_with_its_data()
    {
        using var fleet = server.Make("a");
        server.Server.Kill();
        server.Server.Start();
        Assert.Equal(FleetSchema.Version, FleetSchema.VersionOf(fleet.Session(TestFleet.Role("a"))));
    }
}
