using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Gitproc.Unit.Ci;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Agent;

/// <summary>The agent as a service of systemd, as far as that goes without an init.</summary>
public sealed class SystemdTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [ProgramFact("systemd-analyze")]
    public void Systemd_takes_the_unit()
    {
        var unit = Path.Combine(_pool.Home, "gitproc-agent@.service");
        File.WriteAllText(
            unit,
            File.ReadAllText(Path.Combine(CiFile.Root, "docs", "agent", "gitproc-agent@.service"))
                .Replace("/usr/local/bin/gitproc-agent", AgentProcess.File, StringComparison.Ordinal));

        var result = GitprocProgram.Finish(Process.Start(
            new ProcessStartInfo("systemd-analyze", ["verify", "--man=no", unit])
            {
                WorkingDirectory = _pool.Home,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!);

        Assert.DoesNotContain("gitproc", result.Error, StringComparison.Ordinal);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public void It_tells_systemd_when_it_is_ready_and_when_it_ends_and_logs_for_the_journal()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has systemd.");
        var path = _pool["notify"];
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.ReceiveTimeout = (int)Eventually.Limit.TotalMilliseconds;
        // .NET looks at the name of the parent (SystemdHelpers.cs).
        var manager = Path.Combine(_pool.Home, "systemd");
        TestProcess.CopyProgram("/bin/sh", manager);
        const string script = "\"$0\" --page none & echo $!; wait $!";
        var start = new ProcessStartInfo(manager, ["-c", script, AgentProcess.File])
        {
            WorkingDirectory = _pool.Home,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        GitprocProgram.Isolate(start, _pool.Pool.Path, _pool.Home);
        start.Environment["NOTIFY_SOCKET"] = path;
        using var agent = Process.Start(start)!;
        var id = agent.StandardOutput.ReadLine()!;

        Assert.Contains("READY=1", Receive(), StringComparison.Ordinal);
        using var kill = Process.Start("kill", ["-TERM", id]);
        Assert.Contains("STOPPING=1", Receive(), StringComparison.Ordinal);
        var result = GitprocProgram.Finish(agent);
        Assert.Equal(0, result.ExitCode);
        Assert.All(result.Error.Split('\n'), line => Assert.Matches("^<[0-7]>", line));

        string Receive()
        {
            var bytes = new byte[4096];
            return Encoding.UTF8.GetString(bytes, 0, socket.Receive(bytes));
        }
    }
}
