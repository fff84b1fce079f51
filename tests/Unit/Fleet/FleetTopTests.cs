using System.IO.Pipes;
using System.Text.RegularExpressions;
using Gitproc.Agents;
using Gitproc.Registry;
using Gitproc.Unit.Support;
using static Gitproc.Unit.Support.PseudoTerminal;

namespace Gitproc.Unit.Fleet;

/// <summary><c>gitproc top --fleet</c>, with a real agent and another machine.</summary>
public sealed class FleetTopTests(FleetServer server) : IClassFixture<FleetServer>, IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [PostgresFact]
    public void Without_a_terminal_it_is_the_tables_of_all_machines()
    {
        using var fleet = Make();
        using var agent = StartAgent(fleet);
        _pool.Acquire(_pool.Request() with { Terms = new() { Owner = PoolFixture.Self, Label = "near by" } });

        string output = "";
        // A copy may be of a moment in which the checkout was being made.
        Eventually.True(() => Regex.IsMatch(output = Top(), "(?m)^here +Locked"));

        var tables = output.Split("\n\n");
        Assert.Matches(@"(?m)^here +Active +1 +1 +0 +0", tables[0]);
        Assert.Matches(@"(?m)^there +(Active|Not beating) +1 +1 +1 +1", tables[0]);
        Assert.Matches(@"(?m)^example\.com/r +1 +1 +1", tables[1]);
        Assert.Matches(@"(?m)^MACHINE +STATE +NAME +AGE +REPOSITORY +HOLDER +DOING$", tables[2]);
        Assert.Matches(
            @"(?m)^there +Locked +checkout-7 +\d+ s +example\.com/far +5 bash +\\x1b\[31mfar away, CI 9", tables[2]);
        Assert.Matches($@"(?m)^here +Locked +checkout-1 +\d+ s +{_pool.Source} +\d+ .* near by$", tables[2]);
        Assert.Matches(@"(?m)^there +Waiting +- +\d+ s +example\.com/r +user of y +is next$", tables[2]);
        Assert.DoesNotContain('\e', output);

        var one = Top("--repo", "far");
        Assert.Contains("far away", one, StringComparison.Ordinal);
        Assert.DoesNotContain("near by", one, StringComparison.Ordinal);
        Assert.DoesNotContain("example.com/r ", one, StringComparison.Ordinal);
        Assert.Equal(2, _pool.Program.Run(_pool.Home, "top", "--fleet", "--web").ExitCode);
    }

    [TerminalFact]
    public void It_follows_the_fleet_and_goes_on_without_an_agent()
    {
        Assert.SkipUnless(Gitproc.Support.PostgresServer.IsInstalled, "PostgreSQL is not installed.");
        using var fleet = Make();
        using var agent = StartAgent(fleet);
        var isAlone = _pool["alone"];
        object[][] steps =
        [
            WaitFor("2 machines: 2 active; 1 held; 1 waiting"),
            WaitFor("q quits"),
            Meanwhile("acquire", _pool.Source, "--hold", "--label", "near by"),
            WaitFor("near by"),
            ["run", "kill", "-9", $"{agent.Id}"],
            WaitFor("No agent runs"),
            ["run", "touch", isAlone],
            WaitFor("2 machines: 2 active; 2 held; 1 waiting"),
            Resize(7, 60),
            Signal(28),
            WaitFor("\e[2;1H\e[KMACHINE"),
            Send("\e[6~"),
            Send("\e[6~"),
            // The titles above are those of the table to which the first row belongs.
            WaitFor("\e[2;1H\e[KREPOSITORY"),
            Send("q"),
        ];
        var live = Task.Run(() => Run(_pool, steps, [], "top", "--fleet"));
        Eventually.True(() => File.Exists(isAlone) || live.IsCompleted);
        Assert.False(live.IsFaulted, $"{live.Exception}");
        using var next = StartAgent(fleet);

        var result = live.Result;

        Assert.Equal((0, true), (result.ExitCode, result.IsRestored));
    }

    [PostgresFact]
    public void Without_an_agent_it_is_an_error()
    {
        var result = _pool.Program.Run(_pool.Home, "top", "--fleet");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("No agent runs", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_agent_that_is_killed_while_it_answers_is_one_that_does_not_answer()
    {
        Directory.CreateDirectory(_pool.Pool.Path);
        using var agent = new NamedPipeServerStream(
            AgentSocket.NameOf(new PoolFolder(_pool.Pool.Path)), PipeDirection.InOut, 1);
        var asking = _pool.Program.Start(_pool.Home, "top", "--fleet");
        agent.WaitForConnection();
        agent.Write("{\"fleet\":"u8);
        agent.Disconnect();

        var result = GitprocProgram.Finish(asking);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("does not answer", result.Error, StringComparison.Ordinal);
    }

    // A machine there holds a checkout, and its second process waits for a slot.
    private TestFleet Make()
    {
        var fleet = server.Make("here", "there");
        var there = fleet["there"];
        there.Beat();
        there.ShowCheckout("example.com/far", branch: "main", label: "\u001b[31mfar away", jobUrl: null);
        fleet.SetLimit(TestMachine.Repository, 1);
        there.Ask("x");
        there.Ask("y");
        return fleet;
    }

    private AgentProcess StartAgent(TestFleet fleet)
    {
        var agent = new AgentProcess(
            _pool, [("GITPROC_FLEET", fleet.Address("here"))], AgentProcess.WithoutPage);
        agent.WaitFor("connected to the fleet");
        return agent;
    }

    private string Top(params string[] options)
    {
        var result = _pool.Program.Run(_pool.Home, ["top", "--fleet", .. options]);
        Assert.Equal("", result.Error);
        return result.Output;
    }
}
