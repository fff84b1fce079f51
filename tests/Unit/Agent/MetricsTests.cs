using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gitproc.Unit.Ci;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Agent;

/// <summary>The metrics of the agent, and Prometheus with the documents' configuration.</summary>
public sealed class MetricsTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void They_count_what_is_there_and_what_has_happened_since_the_start()
    {
        _pool.AcquireAndRelease(_pool.Request());
        using var agent = new AgentProcess(_pool, "--page", "0", "--only-page");
        Assert.Equal(1, Read(agent, "gitproc_checkouts", "state=\"free\""));
        Assert.Equal(1, Read(agent, "gitproc_fetches_total", "result=\"succeeded\""));

        var held = _pool.Acquire();
        using var waiter = _pool.StartWaiter();
        Eventually.True(() => Read(agent, "gitproc_waiters") == 1);
        Assert.Equal(1, Read(agent, "gitproc_checkouts", "state=\"locked\""));
        Assert.Equal(1, Read(agent, "gitproc_leases"));
        File.WriteAllText(Path.Combine(held.Path, "work"), "work");
        _pool.Release(held);
        GitprocProgram.Finish(waiter);

        Eventually.True(() => Read(agent, "gitproc_acquire_seconds_count") == 2);
        Assert.Equal(1, Read(agent, "gitproc_wait_seconds_count"));
        Assert.Equal(1, Read(agent, "gitproc_release_seconds_count"));
        Assert.True(Read(agent, "gitproc_acquire_seconds_sum") >= Read(agent, "gitproc_wait_seconds_sum"));
        Assert.Equal(2, Read(agent, "gitproc_events_total", "kind=\"acquired\""));
        Assert.Equal(1, Read(agent, "gitproc_events_total", "kind=\"rescued\""));
        Assert.Equal(1, Read(agent, "gitproc_rescues"));
        Assert.Equal(0, Read(agent, "gitproc_waiters"));
        Assert.True(Read(agent, "gitproc_disk_free_bytes") > 0);
        Assert.Equal(1, Read(agent, "gitproc_pool_usable"));
    }

    [Fact]
    public void A_pool_that_cannot_be_read_is_a_metric_and_not_an_error()
    {
        File.WriteAllText(_pool.Pool.Path, "");
        using var agent = new AgentProcess(_pool, "--page", "0", "--only-page");

        Assert.Equal(0, Read(agent, "gitproc_pool_usable"));
    }

    [ProgramFact("promtool")]
    public void Prometheus_takes_the_metrics_the_alerts_and_the_dashboard()
    {
        _pool.AcquireAndRelease(_pool.Request());
        using var agent = new AgentProcess(_pool, "--page", "0", "--only-page");
        var metrics = _pool["metrics"];
        File.WriteAllText(metrics, agent.Get("metrics"));
        Promtool($"promtool check metrics < '{metrics}'");
        Promtool($"promtool check rules '{Document("gitproc-alerts.yml")}'");
        Promtool($"promtool test rules '{Document("gitproc-alerts.test.yml")}'");

        // Each metric that the dashboard and the alerts name exists.
        var known = Regex.Matches(File.ReadAllText(metrics), @"(?m)^# TYPE (\w+)").Select(one => one.Groups[1].Value);
        var dashboard = File.ReadAllText(Document("gitproc-dashboard.json"));
        JsonDocument.Parse(dashboard).Dispose();
        var named = Regex.Matches(dashboard + File.ReadAllText(Document("gitproc-alerts.yml")), @"\bgitproc_[a-z_]+")
            .Select(one => Regex.Replace(one.Value, "_(bucket|count|sum)$", ""))
            .Distinct();
        Assert.Empty(named.Except(known));
    }

    [ProgramFact("prometheus")]
    public void A_real_Prometheus_scrapes_the_agent_and_answers_each_question_of_the_dashboard()
    {
        _pool.AcquireAndRelease(_pool.Request());
        using var agent = new AgentProcess(_pool, "--page", "0", "--only-page");
        File.WriteAllText(
            _pool["prometheus.yml"],
            File.ReadAllText(Document("prometheus.yml"))
                .Replace("15s", "1s", StringComparison.Ordinal)
                .Replace("gitproc-alerts.yml", Document("gitproc-alerts.yml"), StringComparison.Ordinal)
                .Replace("127.0.0.1:8427", agent.Page.Authority, StringComparison.Ordinal));
        var address = $"127.0.0.1:{FreePort()}";
        using var prometheus = Process.Start(new ProcessStartInfo(
            "prometheus",
            [
                $"--config.file={_pool["prometheus.yml"]}", $"--storage.tsdb.path={_pool["tsdb"]}",
                $"--web.listen-address={address}", "--log.level=error",
            ])
        {
            WorkingDirectory = _pool.Home,
        })!;
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://{address}/api/v1/") };
            Eventually.True(() => Ask("up == 1") is ["1"]);
            Eventually.True(() => Ask("gitproc_checkouts{state=\"free\"}") is ["1"]);
            using var dashboard = JsonDocument.Parse(File.ReadAllText(Document("gitproc-dashboard.json")));
            var questions = dashboard.RootElement.GetProperty("panels").EnumerateArray()
                .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
                .Select(target => target.GetProperty("expr").GetString()!);
            Assert.All(questions, question => Assert.NotNull(Ask(question)));

            // Null if it does not answer.
            string[]? Ask(string question)
            {
                question = question
                    .Replace("$__rate_interval", "1m", StringComparison.Ordinal)
                    .Replace("$instance", ".*", StringComparison.Ordinal)
                    .Replace("$repository", ".*", StringComparison.Ordinal);
                try
                {
                    using var answer = client.GetAsync($"query?query={Uri.EscapeDataString(question)}").Result;
                    using var json = JsonDocument.Parse(answer.Content.ReadAsStringAsync().Result);
                    return json.RootElement.GetProperty("status").GetString() != "success" ? null :
                    [
                        .. json.RootElement.GetProperty("data").GetProperty("result").EnumerateArray()
                            .Select(one => one.GetProperty("value")[1].GetString()!),
                    ];
                }
                catch (Exception e) when (e is AggregateException or JsonException)
                {
                    // It has not started yet.
                    return null;
                }
            }
        }
        finally
        {
            prometheus.Kill();
            prometheus.WaitForExit();
        }
    }

    private static int FreePort()
    {
        using var port = new TcpListener(IPAddress.Loopback, 0);
        port.Start();
        return ((IPEndPoint)port.LocalEndpoint).Port;
    }

    private static string Document(string name) => Path.Combine(CiFile.Root, "docs", "prometheus", name);

    private void Promtool(string script)
    {
        var result = GitprocProgram.Finish(Process.Start(new ProcessStartInfo("sh", ["-c", script])
        {
            WorkingDirectory = _pool.Home,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
        Assert.True(result.ExitCode == 0, $"{script}: {result.Output} {result.Error}");
    }

    private static double Read(AgentProcess agent, string name, string label = "")
    {
        var lines = agent.Get("metrics").Split('\n').Where(line =>
            line.Split('{', ' ')[0] == name && line.Contains(label, StringComparison.Ordinal));
        return lines.Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }
}
