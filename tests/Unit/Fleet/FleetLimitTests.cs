using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Support;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Fleet;

/// <summary>Limits of a fleet, with real agents, a real PostgreSQL and the real command.</summary>
public sealed class FleetLimitTests : IClassFixture<FleetServer>, IDisposable
{
    private readonly FleetServer _server;
    private readonly TemporaryFolder _folder = new();
    private readonly TestFleet _fleet;
    private readonly List<Machine> _machines = [];
    private readonly string _source;

    public FleetLimitTests(FleetServer server)
    {
        _server = server;
        _source = PostgresServer.IsInstalled ? TestGit.MakeRepository(_folder["source"]) : "";
        _fleet = PostgresServer.IsInstalled ? server.Make("a", "b") : null!;
    }

    public void Dispose()
    {
        _machines.ForEach(machine => machine.Dispose());
        _fleet?.Dispose();
        _folder.Dispose();
    }

    [PostgresFact]
    public void A_limit_counts_on_all_machines_and_the_first_to_come_is_the_first_to_be_served()
    {
        var (a, b) = (Start("a"), Start("b"));
        Limit(2);
        var first = a.Acquire();
        var second = b.Acquire();

        var refused = a.Run("acquire", _source);
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("The fleet may hold 2 checkouts of", refused.Error, StringComparison.Ordinal);
        Assert.Contains("To wait for one: --wait", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, Waiting());

        using var third = b.Start("acquire", _source, "--wait", "60s", "--hold");
        Eventually.True(() => Waiting() == 1);
        using var fourth = a.Start("acquire", _source, "--wait", "60s", "--hold");
        Eventually.True(() => Waiting() == 2);
        a.Run("release", first);
        Assert.Equal(0, GitprocProgram.Finish(third).ExitCode);
        Assert.Equal(1, Waiting());
        Assert.False(fourth.HasExited);
        b.Run("release", second);
        Assert.Equal(0, GitprocProgram.Finish(fourth).ExitCode);

        Assert.Equal(2, Held());
        a.Run("release", "checkout-1", "--force");
        b.Run("release", "checkout-1", "--force");
        b.Run("release", "checkout-2", "--force");
        Eventually.True(() => Held() == 0);
    }

    [PostgresFact]
    public void A_refusal_names_a_process_once_that_holds_several_slots()
    {
        var a = Start("a");
        Limit(2);
        Assert.Equal(0, a.Run("acquire", _source, "--count", "2", "--hold").ExitCode);

        var refused = a.Run("acquire", _source);

        Assert.Equal(3, refused.ExitCode);
        Assert.Matches(@"They are held by [^,]+, process \d+ \([^)]+\) on a \(2 slots\)\.", refused.Error);
    }

    [PostgresFact]
    public void An_agent_may_be_given_the_address_of_its_fleet()
    {
        using var pool = new PoolFixture();
        using var agent = new AgentProcess(
            pool, [("GITPROC_FLEET", "Host=/nowhere;Database=no")], "--page", "none", "--fleet", _fleet.Address("a"));
        agent.WaitFor("connected to the fleet as a");
        foreach (var (address, said) in ((string, string)[])
            [("Host=", "names no Host"), ("nonsense=secret", "not the address of a PostgreSQL database")])
        {
            var refused = AgentProcess.Fail(pool, [], "--page", "none", "--fleet", address);
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains(said, refused.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", refused.Error, StringComparison.Ordinal);
        }
    }

    [PostgresFact]
    public void A_job_knows_its_slot_and_a_fence_that_grows()
    {
        var a = Start("a");
        Limit(1);

        var first = a.Run("run", _source, "--", "sh", "-c", "echo $GITPROC_SLOT $GITPROC_FENCE");
        var second = a.Run("run", _source, "--wait", "30s", "--", "sh", "-c", "echo $GITPROC_SLOT $GITPROC_FENCE");

        Assert.Equal("1", first.Output.Split(' ')[0]);
        Assert.Equal("1", second.Output.Split(' ')[0]);
        Assert.True(Fence(second) > Fence(first));

        static long Fence(GitprocProgram.Result result) => long.Parse(result.Output.Split(' ')[1], null);
    }

    [PostgresFact]
    public void Without_an_agent_a_limited_repository_is_refused_and_others_are_not()
    {
        var a = Start("a");
        Limit(1);
        a.Agent.Kill();

        var refused = a.Run("acquire", _source);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("no agent runs on this machine", refused.Error, StringComparison.Ordinal);
        Assert.Contains("gitproc-agent", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, a.Run("acquire", TestGit.MakeRepository(_folder["other"]), "--hold").ExitCode);
    }

    [PostgresFact]
    public void One_who_waits_goes_on_with_the_next_agent_and_keeps_its_place()
    {
        var (a, b) = (Start("a"), Start("b"));
        Limit(1);
        var held = b.Acquire();
        using var first = a.Start("acquire", _source, "--wait", "60s", "--hold");
        Eventually.True(() => Waiting() == 1);
        using var second = b.Start("acquire", _source, "--wait", "60s", "--hold");
        Eventually.True(() => Waiting() == 2);

        a.Restart();
        b.Run("release", held);

        Assert.Equal(0, GitprocProgram.Finish(first).ExitCode);
        Assert.Equal(1, Waiting());
        second.Kill();
        second.WaitForExit();
        Eventually.True(() => Waiting() == 0);
    }

    [PostgresFact]
    public void The_address_is_the_users_and_is_kept_nowhere()
    {
        using var pool = new PoolFixture();
        File.WriteAllText(
            Path.Combine(pool.Home, ".gitconfig"),
            $"[gitproc]\n\tfleet = \"{_fleet.Address("a")};Password=secret\"\n\tallow = run\n\tsshHost = box\n");
        using var first = new AgentProcess(pool, AgentProcess.WithoutPage);
        first.WaitFor("connected to the fleet as a");
        // A config that was written a moment ago is not kept.
        Eventually.True(() =>
        {
            Assert.Equal(0, pool.Program.Run(pool.Home, "acquire", pool.Source, "--hold").ExitCode);
            return pool.Query<long>("SELECT count(*) FROM config_cache") > 0;
        });
        Assert.Equal(0, pool.Query<long>(
            "SELECT count(*) FROM config_cache WHERE instr(content, CAST('secret' AS BLOB)) > 0"));
        first.Kill();

        using var second = new AgentProcess(pool, AgentProcess.WithoutPage);
        second.WaitFor("connected to the fleet as a");

        Eventually.True(() => Count(
            "SELECT count(*) FROM gitproc.machine WHERE facts->>'sshHost' = 'box' AND facts->>'allow' = 'run'") == 1);
        Assert.DoesNotContain("secret", first.Log + second.Log, StringComparison.Ordinal);
    }

    [PostgresFact]
    public void A_sign_of_life_asks_no_git()
    {
        var log = _folder["git.log"];
        var bin = Directory.CreateDirectory(_folder["bin"]).FullName;
        File.WriteAllText(
            Path.Combine(bin, "git"), $"#!/bin/sh\necho \"$*\" >>'{log}'\nexec '{ProgramPath.Find("git")}' \"$@\"\n");
        File.SetUnixFileMode(Path.Combine(bin, "git"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        // A beat a second.
        Start(
            "a",
            ("GITPROC_MACHINE_TIMEOUT", "4s"),
            ("PATH", $"{bin}:{Environment.GetEnvironmentVariable("PATH")}"));
        WaitForBeats(2);

        File.Delete(log);
        WaitForBeats(4);

        Assert.False(File.Exists(log), File.Exists(log) ? File.ReadAllText(log) : null);

        void WaitForBeats(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var last = _fleet.Owner.Get<DateTime>("SELECT max(beaten_at) FROM gitproc.machine");
                Eventually.True(() => _fleet.Owner.Get<DateTime>("SELECT max(beaten_at) FROM gitproc.machine") > last);
            }
        }
    }

    [PostgresFact]
    public void Those_who_wait_hear_their_places_and_do_not_ask_again()
    {
        var (a, b) = (Start("a"), Start("b"));
        Limit(1);
        var held = b.Acquire();
        using var first = b.Start("acquire", _source, "--wait", "60s", "--hold");
        Eventually.True(() => Waiting() == 1);
        var heard = new ConcurrentDictionary<int, string>();
        var waiting = Enumerable.Range(0, 3)
            .Select(_ => a.Start("acquire", _source, "--wait", "60s", "--hold")).ToList();
        foreach (var process in waiting)
        {
            process.ErrorDataReceived += (_, line) => heard[process.Id] = line.Data ?? "the end";
            process.BeginErrorReadLine();
        }

        Eventually.True(() => Waiting() == 4 && Places() == "1 before you, 2 before you, 3 before you");
        _fleet.Owner.Do("REVOKE EXECUTE ON FUNCTION gitproc.ask FROM gitproc_machine");
        b.Run("release", held);
        Assert.Equal(0, GitprocProgram.Finish(first).ExitCode);
        // What lets the agent look.
        a.Run("acquire", TestGit.MakeRepository(_folder["other"]), "--hold");

        Eventually.True(() => Places() == "1 before you, 2 before you, you are next");
        waiting.ForEach(process => process.Kill());

        string Places() => string.Join(", ", heard.Values
            .Select(line => Regex.Match(line, @"\d before you|you are next|the end").Value)
            .Order(StringComparer.Ordinal));
    }

    [PostgresFact]
    public void A_second_agent_of_a_pool_waits_and_takes_over()
    {
        var a = Start("a");
        Limit(1);
        using var second = a.StartAgent();
        second.WaitFor("cares for the pool");
        var held = a.Acquire();
        Assert.DoesNotContain("connected to the fleet", second.Log, StringComparison.Ordinal);

        a.Agent.Kill();
        second.WaitFor("connected to the fleet");

        Assert.Equal(3, a.Run("acquire", _source).ExitCode);
        a.Run("release", held);
        Assert.Equal(0, a.Run("acquire", _source, "--wait", "60s", "--hold").ExitCode);
    }

    // A process that has its slot may wait for long until its machine has a checkout for it.
    [PostgresFact]
    public void A_slot_that_has_no_lease_yet_outlives_the_restore_of_an_older_backup()
    {
        var (a, b) = (Start("a"), Start("b"));
        Limit(2);
        var backup = _folder["backup"];
        _server.Server.Run("pg_dump", ["--format=custom", "--file", backup, _fleet.Database]);
        var first = a.Acquire();
        a.Config("gitproc.maxLocked", "1");
        using var second = a.Start("acquire", _source, "--wait", "60s", "--hold");
        Eventually.True(() => a.Query<long>("SELECT count(*) FROM waiter") == 1);

        _fleet.Disconnect();
        _server.Server.Run("dropdb", ["--force", _fleet.Database]);
        _server.Server.Run("createdb", [_fleet.Database]);
        _server.Server.Run("pg_restore", ["--single-transaction", "--dbname", _fleet.Database, backup]);
        using var third = b.Start("acquire", _source, "--wait", "60s", "--hold");
        Eventually.True(() => Count("SELECT count(*) FROM gitproc.fleet_view WHERE is_open AND NOT is_restored") == 1
            && Held() + Waiting() == 3);

        Assert.Equal((2, 1), (Held(), Waiting()));
        a.Run("release", first);
        Assert.Equal(0, GitprocProgram.Finish(second).ExitCode);
        Assert.Equal(0, GitprocProgram.Finish(third).ExitCode);
        Assert.Equal("1 2", _fleet.Owner.Get<string>(
            "SELECT string_agg(number::text, ' ' ORDER BY number) FROM gitproc.slot_view"));
        Assert.Equal("", _fleet.Notes("Overrun"));
    }

    [PostgresFact]
    public void The_slot_of_a_process_that_was_killed_while_it_acquired_is_freed()
    {
        var a = Start("a");
        Limit(1);
        // The hook runs when the slot is granted, and keeps the acquire from its end.
        File.WriteAllText(_folder["wait.sh"], $"touch {_folder["begun"]}; sleep 60");
        a.Config("gitproc.onCreate", $"sh {_folder["wait.sh"]}");
        using var killed = a.Start("acquire", _source);
        Eventually.True(() => File.Exists(_folder["begun"]));
        Assert.Equal(1, Held());

        killed.Kill(entireProcessTree: true);
        killed.WaitForExit();
        a.Config("gitproc.onCreate", "true");
        var next = a.Run("acquire", _source, "--wait", "60s", "--hold");

        Assert.Equal(0, next.ExitCode);
        Assert.Equal(1, Held());
    }

    [PostgresFact]
    public void While_PostgreSQL_is_away_one_who_wants_a_slot_waits_and_nothing_is_lost()
    {
        var a = Start("a");
        Limit(1);
        var held = a.Acquire();
        _server.Server.Kill();
        using var waiting = a.Start("acquire", _source, "--wait", "60s", "--hold");
        try
        {
            var failing = a.RunWith([("GITPROC_FLEET_AWAY", "fail")], "acquire", _source, "--wait", "60s");
            Assert.True(failing.ExitCode == 1, failing.Error);
            Assert.Contains("cannot be reached", failing.Error, StringComparison.Ordinal);
            Assert.Equal(0, a.Run("release", held).ExitCode);
            Assert.False(waiting.HasExited);
        }
        finally
        {
            _server.Server.Start();
        }

        Assert.Equal(0, GitprocProgram.Finish(waiting).ExitCode);
        _fleet.Disconnect();
        // What happened meanwhile is there once.
        Eventually.True(() => Count("SELECT count(*) FROM gitproc.history WHERE kind = 'Released'") == 1);
    }

    [PostgresFact]
    public void A_machine_that_is_silent_loses_its_slots_and_is_told_when_it_comes_back()
    {
        var (a, b) = (Start("a", ("GITPROC_MACHINE_TIMEOUT", "2s")), Start("b"));
        Limit(1);
        a.Acquire();
        a.Agent.Kill();

        // As the next sign of life of another machine does.
        Eventually.True(() =>
        {
            _fleet.Owner.Do("SELECT gitproc.tend()");
            return Count("SELECT count(*) FROM gitproc.machine WHERE state = 'silent'") == 1;
        });
        Assert.Equal(0, b.Run("acquire", _source, "--wait", "30s", "--hold").ExitCode);
        Assert.Contains("gitproc-fleet leave a", b.Run("fleet", "doctor").Output, StringComparison.Ordinal);

        a.Restart();
        Eventually.True(() => Count("SELECT count(*) FROM gitproc.history WHERE kind = 'Overrun'") == 1);
        a.Agent.WaitFor("1 of its leases lost theirs");
        Assert.Contains("SlotLost", a.Run("history").Output, StringComparison.Ordinal);
        Assert.Equal(2, Held());
        Assert.Contains("2 are held, and 1 are allowed", a.Run("fleet", "doctor").Output, StringComparison.Ordinal);
    }

    [PostgresFact]
    public void Lists_and_history_are_those_of_all_machines()
    {
        var (a, b) = (Start("a"), Start("b"));
        a.Acquire("--label", "one \u001b[31mred");
        b.Acquire();

        // A copy may be of a moment in which a checkout was being made.
        Eventually.True(() => a.Run("list", "--fleet").Output.Split("Locked").Length == 3);
        var list = a.Run("list", "--fleet").Output;
        Assert.Matches("(?m)^a +Locked +checkout-1", list);
        Assert.Matches("(?m)^b +Locked +checkout-1", list);
        Assert.DoesNotContain('\u001b', list);
        using var json = JsonDocument.Parse(b.Run("list", "--fleet", "--json").Output);
        Assert.Equal(["a", "b"], json.RootElement.EnumerateArray().Select(one => one.GetProperty("machine").GetString()));
        Eventually.True(() => a.Run("history", "--fleet").Output.Split('\n').Length == 2);
        Assert.Matches("(?m)a checkout-1 +Created", b.Run("history", "--fleet").Output);
        Assert.Matches("(?m)^b +Active +1 +1", a.Run("fleet", "machines").Output);
        Assert.Equal(0, a.Run("fleet", "doctor").ExitCode);
    }

    [PostgresFact]
    public void Only_an_operator_changes_limits_and_the_machines_are_told_at_once()
    {
        var a = Start("a");
        var refused = a.Run("fleet", "limit", _source, "3");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("--operator", refused.Error, StringComparison.Ordinal);
        Gitproc.Fleet.Database.FleetSchema.AddMachine(_fleet.Owner, "a", isOperator: true);
        var checkout = a.Acquire();

        Assert.Equal("", a.Run("fleet", "limit", _source, "1").Error);

        // What was held before the limit counts.
        Eventually.True(() => Held() == 1);
        Eventually.True(() => a.Run("acquire", _source).ExitCode == 3);
        a.Run("release", checkout);
        a.Run("fleet", "limit", _source, "none");
        Eventually.True(() => a.Run("acquire", _source, "--hold").ExitCode == 0);
        a.Run("fleet", "drain", "a");
        a.Run("fleet", "limit", _source, "5");
        Eventually.True(() => a.Run("acquire", _source) is { ExitCode: 3 } no
            && no.Error.Contains("is drained", StringComparison.Ordinal));
    }

    private Machine Start(string name, params (string Name, string Value)[] environment)
    {
        var machine = new Machine(_folder[name], _source, [("GITPROC_FLEET", _fleet.Address(name)), .. environment]);
        _machines.Add(machine);
        return machine;
    }

    // Until the agents know it.
    private void Limit(int most)
    {
        _fleet.Owner.Do("SELECT gitproc.set_limit($1, $2)", _source, most);
        Eventually.True(() => Count(
            """
            SELECT count(*) FROM gitproc.machine, gitproc.fleet
            WHERE state = 'active' AND machine.revision < fleet.revision
            """) == 0);
    }

    private long Waiting() => Count("SELECT count(*) FROM gitproc.ticket");

    private long Held() => Count("SELECT count(*) FROM gitproc.slot WHERE lease IS NOT NULL");

    private long Count(string sql) => _fleet.Owner.Get<long>(sql);

    /// <summary>A machine: a pool, a home and an agent.</summary>
    private sealed class Machine : IDisposable
    {
        private readonly string _source;
        private readonly (string, string)[] _environment;
        private readonly GitprocProgram _program;

        public Machine(string folder, string source, (string, string)[] environment)
        {
            _source = source;
            _environment = environment;
            Home = Directory.CreateDirectory(Path.Combine(folder, "home")).FullName;
            Pool = Path.Combine(folder, "pool");
            _program = new GitprocProgram(Pool, Home);
            Restart();
        }

        public string Pool { get; }

        public string Home { get; }

        public AgentProcess Agent { get; private set; }

        [MemberNotNull(nameof(Agent))]
        public void Restart()
        {
            Agent?.Dispose();
            Agent = StartAgent();
            Agent.WaitFor("connected to the fleet");
        }

        public AgentProcess StartAgent() => new(Pool, Home, _environment, AgentProcess.WithoutPage);

        public void Config(string name, string value) => TestGit.Run(
            Home, "config", "--file", Path.Combine(Home, ".gitconfig"), name, value);

        public string Acquire(params string[] options)
        {
            var result = Run(["acquire", _source, "--hold", .. options]);
            Assert.Equal("", result.Error);
            return result.Output;
        }

        public GitprocProgram.Result Run(params string[] arguments) => _program.Run(Home, arguments);

        public GitprocProgram.Result RunWith((string, string)[] environment, params string[] arguments) =>
            GitprocProgram.Finish(_program.Start(Home, environment, arguments));

        public Process Start(params string[] arguments) => _program.Start(Home, arguments);

        public T Query<T>(string sql)
        {
            using var database = PoolDatabase.Open(Path.Combine(Pool, "gitproc.db"), _ => { });
            return database.Connection.Query(sql, row => row.GetFieldValue<T>(0))[0];
        }

        public void Dispose() => Agent.Dispose();
    }
}
