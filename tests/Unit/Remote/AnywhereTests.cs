using Gitproc.Unit.Support;

namespace Gitproc.Unit.Remote;

/// <summary>
/// <c>gitproc run --anywhere</c> on a fleet of several machines: pools with agents and an sshd each, and one
/// PostgreSQL.
/// </summary>
public sealed class AnywhereTests(FleetServer server) : IClassFixture<FleetServer>
{
    [PostgresFact]
    public void A_hundred_runs_over_four_machines_keep_all_busy_and_none_over_its_limit()
    {
        Assert.SkipWhen(SshServer.Program is null, "sshd is not installed.");
        using var fleet = new Machines(server, 4, "maxLocked = 2");
        var where = new string[100];
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
            Assert.True(count >= 10, string.Join('\n', where.CountBy(path => path)));
            Assert.InRange(MostAtOnce(pool), 1, 2);
            Assert.DoesNotContain(pool.List(), checkout => checkout.Locked);
        }
    }

    [PostgresFact]
    public void A_machine_that_refuses_is_passed_over_and_one_may_be_named()
    {
        Assert.SkipWhen(SshServer.Program is null, "sshd is not installed.");
        using var fleet = new Machines(server, 2, "");
        // Its agent still says that it allows it.
        File.AppendAllText(Path.Combine(fleet.Pools[1].Home, ".gitconfig"), "[gitproc]\n\tallow =\n");
        fleet.Pools[1].AcquireAndRelease(fleet.Pools[1].Request(fleet.Source));
        Eventually.True(() => fleet.Run("list", "--fleet").Output.Contains("checkout-1", StringComparison.Ordinal));

        var named = fleet.Run("--machine", "m2", fleet.Source, "--", "true");
        Assert.Equal(1, named.ExitCode);
        Assert.Equal(
            "gitproc: m2: This machine lets nobody of the fleet run commands. Its user can allow it: "
                + "git config --global --add gitproc.allow run",
            named.Error);
        var anywhere = fleet.Run("--anywhere", fleet.Source, "--", "sh", "-c", "echo $GITPROC_POOL");
        Assert.Equal(fleet.Pools[0].Pool.Path, anywhere.Output);
        Assert.StartsWith("gitproc: on m2: it has a free checkout", anywhere.Error, StringComparison.Ordinal);
        Assert.Contains("\ngitproc: on m1: it has the least work", anywhere.Error, StringComparison.Ordinal);
        Assert.Equal(
            fleet.Pools[0].Pool.Path,
            fleet.Run("--machine", "m1", fleet.Source, "--", "sh", "-c", "echo $GITPROC_POOL").Output);
    }

    // The history has one row for each acquire and release, in order.
    private static long MostAtOnce(PoolFixture pool) => pool.Query<long>(
        """
        SELECT max(held) FROM (SELECT sum(CASE kind WHEN 'Acquired' THEN 1 WHEN 'Released' THEN -1 ELSE 0 END)
            OVER (ORDER BY id) AS held FROM event)
        """);

    /// <summary>The machines m1, m2 and so on. What is run is run on m1.</summary>
    private sealed class Machines : IDisposable
    {
        private readonly TestFleet _fleet;
        private readonly List<IDisposable> _parts = [];
        private readonly string _ssh;

        public Machines(FleetServer server, int count, string settings)
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
                    $"[gitproc]\n\tallow = run\n\tfleet = \"{_fleet.Address(name)}\"\n\t{settings}\n");
                var ssh = new SshServer(
                    Directory.CreateDirectory(pool["ssh"]).FullName, home: pool.Home, pool: pool.Pool.Path);
                config += ssh.Config(name);
                _parts.Add(ssh);
                _parts.Add(new AgentProcess(pool, AgentProcess.WithoutPage));
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
                arguments[0] == "list" ? arguments : ["run", .. arguments]));

        public void Dispose()
        {
            _parts.ForEach(part => part.Dispose());
            _fleet.Dispose();
            Pools.ForEach(pool => pool.Dispose());
        }
    }
}
