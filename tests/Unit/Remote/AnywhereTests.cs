using Gitproc.Unit.Support;

namespace Gitproc.Unit.Remote;

/// <summary>
/// <c>gitproc run --anywhere</c> on a fleet of several machines: pools with agents and an sshd each, and one
/// PostgreSQL.
/// </summary>
public sealed class AnywhereTests(FleetServer server) : IClassFixture<FleetServer>
{
    [PostgresFact]
    public void Forty_runs_over_four_machines_keep_all_busy_and_none_over_its_limit()
    {
        Assert.SkipWhen(SshServer.Program is null, "sshd is not installed.");
        using var fleet = new Machines(server, 4, "maxLocked = 2");
        var where = new string[40];
        Parallel.For(0, where.Length, new ParallelOptions { MaxDegreeOfParallelism = 12 }, at =>
        {
            var result = fleet.Run(
                "--anywhere", "--wait=10m", fleet.Source, "--", "sh", "-c", "echo $GITPROC_POOL; sleep 0.2");
            Assert.True(result.ExitCode == 0, result.Error);
            where[at] = result.Output;
        });
        foreach (var pool in fleet.Pools)
        {
            var count = where.Count(path => path == pool.Pool.Path);
            Assert.True(count >= 4, string.Join('\n', where.CountBy(path => path)));
            Assert.InRange(MostAtOnce(pool), 1, 2);
            Assert.DoesNotContain(pool.List(), checkout => checkout.Locked);
        }
    }

    [PostgresFact]
    public void A_machine_may_be_named_and_one_that_does_not_allow_it_refuses()
    {
        Assert.SkipWhen(SshServer.Program is null, "sshd is not installed.");
        using var fleet = new Machines(server, 2, "", allowing: 1);

        var refused = fleet.Run("--machine", "m2", fleet.Source, "--", "true");
        var there = fleet.Run("--machine", "m1", fleet.Source, "--", "sh", "-c", "echo $GITPROC_POOL");
        var anywhere = fleet.Run("--anywhere", fleet.Source, "--", "sh", "-c", "echo $GITPROC_POOL");

        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("it lets nobody run commands there (gitproc.allow)", refused.Error, StringComparison.Ordinal);
        Assert.Empty(fleet.Pools[1].List());
        Assert.Equal(fleet.Pools[0].Pool.Path, there.Output);
        Assert.Equal(fleet.Pools[0].Pool.Path, anywhere.Output);
    }

    // The history has one row for each acquire and release, in order.
    private static long MostAtOnce(PoolFixture pool) => pool.Query<long>(
        $"""
        SELECT max(held) FROM (
            SELECT sum(CASE WHEN kind IN ({(int)EventKind.Created}, {(int)EventKind.Acquired}) THEN 1
                WHEN kind IN ({(int)EventKind.Released}, {(int)EventKind.Forced}, {(int)EventKind.Reaped}) THEN -1 ELSE 0 END) OVER (ORDER BY id) AS held FROM event)
        """);

    /// <summary>The machines m1, m2 and so on. What is run is run on m1.</summary>
    private sealed class Machines : IDisposable
    {
        private readonly TestFleet _fleet;
        private readonly List<IDisposable> _parts = [];
        private readonly string _ssh;

        public Machines(FleetServer server, int count, string settings, int allowing = int.MaxValue)
        {
            var names = Enumerable.Range(1, count).Select(number => $"m{number}").ToArray();
            _fleet = server.Make(names);
            var config = "";
            foreach (var name in names)
            {
                var pool = new PoolFixture();
                Pools.Add(pool);
                File.WriteAllText(
                    Path.Combine(pool.Home, ".gitconfig"),
                    $"[gitproc]\n\tfleet = \"{_fleet.Address(name)}\"\n\t{settings}\n"
                        + (Pools.Count <= allowing ? "\tallow = run\n" : ""));
                var ssh = new SshServer(
                    Directory.CreateDirectory(pool["ssh"]).FullName, home: pool.Home, pool: pool.Pool.Path);
                config += ssh.Config(name);
                _parts.Add(ssh);
                var agent = new AgentProcess(pool, AgentProcess.WithoutPage);
                _parts.Add(agent);
                agent.WaitFor("connected to the fleet");
            }

            _ssh = Pools[0]["ssh_config"];
            File.WriteAllText(_ssh, config);
            Eventually.True(() => _fleet.Owner.Get<long>(
                "SELECT count(*) FROM gitproc.machine_view WHERE is_beating") == count);
        }

        public List<PoolFixture> Pools { get; } = [];

        public string Source => Pools[0].Source;

        public GitprocProgram.Result Run(params string[] arguments) => GitprocProgram.Finish(
            Pools[0].Program.Start(
                Pools[0].Home,
                [("GITPROC_SSH", $"ssh -F {_ssh}")],
                ["run", .. arguments]));

        public void Dispose()
        {
            _parts.ForEach(part => part.Dispose());
            _fleet.Dispose();
            Pools.ForEach(pool => pool.Dispose());
        }
    }
}
