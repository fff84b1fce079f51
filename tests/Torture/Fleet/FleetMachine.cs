using System.Diagnostics;
using Gitproc.Support;

namespace Gitproc.Torture.Fleet;

/// <summary>A machine of <see cref="FleetTorture"/>: a pool, an agent, workers, and a network to PostgreSQL.</summary>
internal sealed class FleetMachine : IDisposable
{
    private static readonly string AgentProgram = Path.Combine(AppContext.BaseDirectory, "gitproc-agent");

    private readonly Ground _ground;
    private readonly int _repositories;
    private readonly Action<string> _heard;
    private readonly (string, string)[] _variables;
    private readonly Child?[] _workers;
    private readonly Proxy _proxy;
    private Child _agent;

    public FleetMachine(
        Ground ground,
        PostgresServer server,
        string name,
        int workers,
        int repositories,
        TimeSpan timeout,
        Action<string> heard)
    {
        (_ground, Name, _repositories, _heard) = (ground, name, repositories, heard);
        _proxy = new Proxy(server.Socket);
        _variables =
        [
            ("GITPROC_FLEET", $"Host=127.0.0.1;Port={_proxy.Port};Database={FleetTorture.Database};"
                + $"Username=gitproc_{name};SSL Mode=Disable"),
            ("GITPROC_MACHINE_TIMEOUT", $"{timeout.TotalSeconds:0}s"),
        ];
        _agent = StartAgent();
        _workers = new Child?[workers];
    }

    public string Name { get; }

    public void StartWorkers()
    {
        for (var i = 0; i < _workers.Length; i++)
            _workers[i] = StartWorker();
    }

    public void KillWorker(Random random)
    {
        var i = random.Next(_workers.Length);
        _workers[i]!.Dispose();
        _workers[i] = StartWorker();
    }

    public void KillAgent()
    {
        _agent.Dispose();
        _agent = StartAgent();
    }

    /// <summary>Stops the agent, and lets it go on after a time.</summary>
    public void StopAgent(TimeSpan time)
    {
        var id = _agent.Id;
        Signal("-STOP", id);
        Thread.Sleep(time);
        Signal("-CONT", id);
    }

    /// <summary>Cuts the machine off for a time. Its connections go on after that, or end.</summary>
    public void CutOff(TimeSpan time, bool ends)
    {
        _proxy.Freeze();
        Thread.Sleep(time);
        _proxy.Thaw(ends);
    }

    /// <summary>Lets the workers end in good order.</summary>
    public void Finish(TimeSpan longest)
    {
        foreach (var worker in _workers)
            worker!.Finish();
        foreach (var worker in _workers)
        {
            if (!worker!.WaitForEnd(longest))
                _heard($"violation: a worker of {Name} does not end");
            else if (worker.ExitCode != 0)
                _heard($"violation: a worker of {Name} ended with {worker.ExitCode}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var worker in _workers)
            worker?.Dispose();
        _agent.Dispose();
        _proxy.Dispose();
    }

    private static void Signal(string signal, int id)
    {
        using var kill = Process.Start("kill", [signal, $"{id}"]);
        kill.WaitForExit();
    }

    private string AgentLog => Path.Combine(_ground.Path, $"agent-{Name}.log");

    private Child StartAgent() => new(
        // What it says of its troubles stays in the folder of the run.
        "sh",
        _ground,
        (_, _) => { },
        ["-c", """exec "$0" --page none --pool "$1" 2>>"$2" """, AgentProgram, _ground.PoolOf(Name).Path, AgentLog],
        _variables);

    private Child StartWorker() => new(
        Child.Program,
        _ground,
        (_, line) => _heard(line),
        [FleetWorker.Mode, _ground.Path, Name, $"{_repositories}"],
        _variables);
}
