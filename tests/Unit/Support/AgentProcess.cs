using System.Diagnostics;
using System.Net;
using System.Text;

namespace Gitproc.Unit.Support;

/// <summary>A running <c>gitproc-agent</c> of a test's pool. It is ended with the object.</summary>
public sealed class AgentProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly Lazy<Uri> _page;

    public AgentProcess(PoolFixture pool, params string[] options)
        : this(pool, [], options) { }

    public AgentProcess(PoolFixture pool, (string Name, string Value)[] environment, params string[] options)
        : this(pool.Pool.Path, pool.Home, environment, options) { }

    public AgentProcess(
        string pool, string home, (string Name, string Value)[] environment, params string[] options)
    {
        _process = Process.Start(StartInfo(pool, home, environment, options))!;
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
                _log.AppendLine(line.Data);
        };
        _process.BeginErrorReadLine();
        _page = new(() => new Uri(_process.StandardOutput.ReadLine() ?? throw new InvalidOperationException(Log)));
    }

    /// <summary>The program that was built with the tests.</summary>
    public static string File { get; } = Path.Combine(
        AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "gitproc-agent.exe" : "gitproc-agent");

    public static string[] WithoutPage { get; } = ["--page", "none"];

    public int Id => _process.Id;

    /// <summary>The address of its page, once that is served.</summary>
    public Uri Page => _page.Value;

    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Runs the agent with options with which it ends by itself.</summary>
    public static GitprocProgram.Result Fail(
        PoolFixture pool, (string Name, string Value)[] environment, params string[] options) =>
        GitprocProgram.Finish(Process.Start(StartInfo(pool.Pool.Path, pool.Home, environment, options))!);

    public static void AssertShows(string page, string[] parts, string[] without)
    {
        Assert.All(parts, part => Assert.Contains(part, page, StringComparison.Ordinal));
        Assert.All(without, part => Assert.DoesNotContain(part, page, StringComparison.Ordinal));
    }

    public void WaitFor(string logged) => Eventually.True(() => Log.Contains(logged, StringComparison.Ordinal));

    public string Get(string path, params (string Name, string Value)[] headers)
    {
        using var answer = Ask(path, headers);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer.Content.ReadAsStringAsync().Result;
    }

    public HttpResponseMessage Ask(string path, params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Page, path));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return client.Send(request);
    }

    /// <summary>Asks it to end, as a service manager does.</summary>
    /// <returns>Its exit code.</returns>
    public int End()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        Assert.True(_process.WaitForExit(Eventually.Limit), Log);
        return _process.ExitCode;
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private static ProcessStartInfo StartInfo(
        string pool, string home, (string Name, string Value)[] environment, string[] options)
    {
        var start = new ProcessStartInfo(File, options)
        {
            WorkingDirectory = home,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        GitprocProgram.Isolate(start, pool, home);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return start;
    }
}
