using System.Diagnostics;
using Gitproc.Processes;
using Gitproc.Unit.Ci;
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

    [PostgresFact]
    public void A_checkout_is_acquired_anywhere_and_released_even_if_the_machine_is_drained()
    {
        Assert.SkipWhen(SshServer.Program is null, "sshd is not installed.");
        using var fleet = new Machines(server, 2, "", allowing: 1);

        var acquired = fleet.Do("acquire", "--anywhere", "--json", fleet.Source);
        Assert.True(acquired.ExitCode == 0, acquired.Error);
        using var json = System.Text.Json.JsonDocument.Parse(acquired.Output);
        Assert.Equal("m1", json.RootElement.GetProperty("machine").GetString());
        Assert.True(Assert.Single(fleet.Pools[0].List()).Locked);

        var refused = fleet.Do("acquire", "--machine", "m2", fleet.Source);
        Assert.Equal(3, refused.ExitCode);
        Assert.Empty(fleet.Pools[1].List());

        fleet.Drain("m1");
        var released = fleet.Do("release", $"m1:{json.RootElement.GetProperty("path").GetString()}");
        Assert.True(released.ExitCode == 0, released.Error);
        Assert.False(Assert.Single(fleet.Pools[0].List()).Locked);
    }

    [PostgresFact]
    public void An_empty_value_takes_back_what_was_allowed()
    {
        Assert.SkipWhen(SshServer.Program is null, "sshd is not installed.");
        using var fleet = new Machines(server, 1, "allow = run\n\tallow =", allowing: 0);
        var refused = fleet.Do("run", "--machine", "m1", fleet.Source, "--", "true");
        Assert.Contains("gitproc.allow", refused.Error, StringComparison.Ordinal);
    }

    [PostgresFact]
    public void A_block_of_PowerShell_runs_anywhere_and_where_that_is_allowed()
    {
        Assert.SkipWhen(SshServer.Program is null, "sshd is not installed.");
        Assert.SkipWhen(ProgramPath.Find("pwsh") is null, "pwsh is not installed.");
        Assert.SkipUnless(File.Exists(Machines.Module), "The module is not built.");
        using var fleet = new Machines(server, 2, "", allowing: 1);

        var result = fleet.RunScript(
            """
            Use-GitprocCheckout $args[0] -Anywhere { param($mine) "$env:GITPROC_POOL $($mine.Machine)" } |
                ForEach-Object { "$_ $($_.PSComputerName)" }
            try { Use-GitprocCheckout $args[0] -Machine m2 { 'ran' } } catch { "$($_.FullyQualifiedErrorId): $_" }
            """);

        Assert.True(result.ExitCode == 0, result.Error);
        var lines = result.Output.Split('\n');
        Assert.Equal($"{fleet.Pools[0].Pool.Path} m1 m1", lines[0]);
        Assert.StartsWith("NoCheckoutAvailable,", lines[1], StringComparison.Ordinal);
        Assert.Contains("gitproc.allow", lines[1], StringComparison.Ordinal);
        Assert.Empty(fleet.Pools[1].List());
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

        public GitprocProgram.Result Run(params string[] arguments) => Do(["run", .. arguments]);

        public static string Module { get; } = Path.Combine(CiFile.Root, "out", "Gitproc", "Gitproc.psd1");

        public void Drain(string name) => _fleet.Owner.Do("SELECT gitproc.drain($1, true)", name);

        /// <summary>Runs a script with the module. Its first argument is the repository.</summary>
        public GitprocProgram.Result RunScript(string script)
        {
            var file = Pools[0]["script.ps1"];
            File.WriteAllText(file, $"Import-Module '{Module}'\n{script}");
            var start = new ProcessStartInfo(
                ProgramPath.Find("pwsh")!, ["-NoProfile", "-NonInteractive", "-File", file, Source])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            GitprocProgram.Isolate(start, Pools[0].Pool.Path, Pools[0].Home);
            start.Environment["GITPROC_SSH"] = $"ssh -F {_ssh}";
            return GitprocProgram.Finish(Process.Start(start)!);
        }

        public GitprocProgram.Result Do(params string[] arguments) => GitprocProgram.Finish(
            Pools[0].Program.Start(Pools[0].Home, [("GITPROC_SSH", $"ssh -F {_ssh}")], arguments));

        public void Dispose()
        {
            _parts.ForEach(part => part.Dispose());
            _fleet.Dispose();
            Pools.ForEach(pool => pool.Dispose());
        }
    }
}
