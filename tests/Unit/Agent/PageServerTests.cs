using System.Net;
using System.Text;
using Gitproc.Agent.Web;
using Gitproc.Leases;
using Gitproc.Registry;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Agent;

/// <summary>Who gets an answer from the agent, and what the answers allow a browser.</summary>
public sealed class PageServerTests : IDisposable
{
    private const string Token = "0123456789abcdef-secret";

    private static readonly string[] Paths = ["", "news", "metrics", "page.css", "page.js", "icon.svg", "nothing"];

    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void With_a_token_every_request_without_it_is_refused()
    {
        var file = _pool["token"];
        File.WriteAllText(file, Token + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var agent = new AgentProcess(_pool, "--page", "0.0.0.0:0", "--token-file", file, "--only-page");
        foreach (var path in Paths)
        {
            foreach (var header in (string[])
                ["", "Bearer", "Bearer ", $"Bearer {Token}x", Basic("me", "wrong"), "Basic", "Basic !", $"Digest {Token}"])
            {
                using var refused = Ask(agent, path, header);
                Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
                Assert.StartsWith("Basic ", $"{refused.Headers.WwwAuthenticate}", StringComparison.Ordinal);
                Assert.Equal("", new StreamReader(refused.Content.ReadAsStream()).ReadToEnd());
            }
        }

        foreach (var header in (string[])[$"Bearer {Token}", $"bearer {Token}", Basic("", Token), Basic("me", Token)])
        {
            using var answer = Ask(agent, "metrics", header);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.DoesNotContain(Token, agent.Log, StringComparison.Ordinal);

        static string Basic(string user, string password) =>
            "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
    }

    [Fact]
    public void Without_a_token_only_this_machine_may_be_asked_and_only_by_its_own_name()
    {
        using var agent = new AgentProcess(_pool, "--page", "0", "--only-page");

        // A site of somebody else's, whose name leads to 127.0.0.1.
        foreach (var host in (string[])["attacker.example", "attacker.example:80", "127.0.0.1.attacker.example"])
        {
            using var refused = agent.Ask("", ("Host", host));
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        foreach (var host in (string[])["localhost", $"localhost:{agent.Page.Port}", "127.0.0.1", "[::1]"])
            agent.Get("", ("Host", host));
    }

    [Theory]
    [InlineData("0.0.0.0:0", null, "needs a token")]
    [InlineData("[::]:0", null, "needs a token")]
    [InlineData("0.0.0.0:0", "short", "too short")]
    [InlineData("0.0.0.0:0", "", "too short")]
    public void An_address_that_others_reach_needs_a_token(string address, string? token, string said)
    {
        (string, string)[] environment = token is null ? [] : [(PageToken.Variable, token)];
        var result = AgentProcess.Fail(_pool, environment, "--page", address);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.Split('\n'));
    }

    [Fact]
    public void A_token_that_anybody_may_read_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoModes);
        var file = _pool["token"];
        File.WriteAllText(file, Token);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        var result = AgentProcess.Fail(_pool, [], "--page", "0", "--token-file", file);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("chmod o-r", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_agent_starts_does_not_get_the_token_and_asks_nobody()
    {
        File.WriteAllText(
            Path.Combine(_pool.Home, ".gitconfig"), "[gitproc]\n\tspare = 1\n\tonCreate = env > ../environment.new && mv ../environment.new ../environment\n");
        _pool.Acquire(_pool.Request() with { NoHooks = true });
        using var agent = new AgentProcess(
            _pool, [(PageToken.Variable, Token)], "--page", "0");

        var seen = Path.Combine(_pool.Pool.Path, "environment");
        Eventually.True(() => File.Exists(seen));
        Assert.DoesNotContain(Token, File.ReadAllText(seen), StringComparison.Ordinal);
        Assert.Contains("GIT_TERMINAL_PROMPT=0", File.ReadAllLines(seen));
        Assert.Contains("GCM_INTERACTIVE=never", File.ReadAllLines(seen));
        using var refused = agent.Ask("");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public void A_page_may_load_nothing_from_elsewhere_and_nobody_may_change_anything()
    {
        using var agent = new AgentProcess(_pool, "--page", "0", "--only-page");
        using var client = new HttpClient();
        foreach (var path in Paths.Except(["news"]))
        {
            using var answer = agent.Ask(path);
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        }

        foreach (var method in (HttpMethod[])[HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete])
        {
            using var request = new HttpRequestMessage(method, agent.Page);
            using var answer = client.Send(request);
            Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        }
    }

    [Fact]
    public void What_a_job_or_a_remote_names_is_text()
    {
        const string hostile = "<script>alert(1)</script>\"'&\u202e";
        using var program = _pool.Program.Start(
            _pool.Home,
            [
                ("GITHUB_ACTIONS", "true"), ("GITHUB_RUN_ID", "7"), ("GITHUB_JOB", "<b>test</b>"),
                ("GITHUB_SERVER_URL", "javascript:alert(2)//https://x"), ("GITHUB_REPOSITORY", "o/r"),
            ],
            "acquire", _pool.Source, "--label", hostile, "--owner-pid", $"{Environment.ProcessId}",
            "--ref", "main", "--new-branch", "feature/<img-src=x-onerror=alert(3)>");
        Assert.Equal("", GitprocProgram.Finish(program).Error);
        using var agent = new AgentProcess(_pool, "--page", "0", "--only-page");

        var page = agent.Get("");

        AgentProcess.AssertShows(
            page,
            [
                "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;", "&lt;img-src=x-onerror=alert(3)&gt;",
                "&lt;b&gt;test&lt;/b&gt;",
            ],
            without: ["<script>", "<img", "javascript:", "\u202e"]);
    }

    [Fact]
    public void A_link_to_a_job_leads_to_http_only()
    {
        using var program = _pool.Program.Start(
            _pool.Home,
            [
                ("GITHUB_ACTIONS", "true"), ("GITHUB_RUN_ID", "7"), ("GITHUB_JOB", "test"),
                ("GITHUB_SERVER_URL", "https://github.com"), ("GITHUB_REPOSITORY", "o/r"),
            ],
            "acquire", _pool.Source, "--owner-pid", $"{Environment.ProcessId}");
        Assert.Equal("", GitprocProgram.Finish(program).Error);
        using var agent = new AgentProcess(_pool, "--page", "0", "--only-page");

        Assert.Contains(
            "<a href=\"https://github.com/o/r/actions/runs/7\" target=\"_blank\" rel=\"noopener noreferrer\">",
            agent.Get(""),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_pool_that_cannot_be_read_is_said_on_the_page()
    {
        File.WriteAllText(_pool.Pool.Path, "");
        using var agent = new AgentProcess(_pool, "--page", "0", "--only-page");

        Assert.Contains("is a file, and a pool is a folder", agent.Get(""), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_page_leaves_the_pool_as_it_is_and_ends_while_somebody_looks()
    {
        string held;
        using (var owner = TestProcess.Sleep(_pool.Home))
        {
            held = _pool.Acquire(_pool.Request() with
            {
                Terms = new LeaseTerms { Owner = LeaseOwner.OfProcess(owner.Id) },
            }).Name;
        }

        using var agent = new AgentProcess(_pool, "--page", "0", "--only-page");
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(agent.Page, "news"));
        using var answer = client.Send(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(answer.Content.ReadAsStream());
        Assert.Equal("event: board", reader.ReadLine());
        Assert.NotNull(_pool.Find(held).LeaseId);
        Assert.Equal(0, agent.End());
    }

    [Theory]
    [InlineData("8500", "127.0.0.1:8500")]
    [InlineData("0", "127.0.0.1:0")]
    [InlineData("127.0.0.2", "127.0.0.2:8427")]
    [InlineData("localhost:1", "127.0.0.1:1")]
    [InlineData("0.0.0.0:80", "0.0.0.0:80")]
    [InlineData("::1", "[::1]:8427")]
    [InlineData("[::1]:9", "[::1]:9")]
    [InlineData("65536", null)]
    [InlineData("-1", null)]
    [InlineData("host:1", null)]
    [InlineData("127.0.0.1:", null)]
    [InlineData(":80", null)]
    [InlineData("", null)]
    public void An_address_is_a_port_an_address_or_both(string text, string? expected) =>
        Assert.Equal(expected, PageAddress.Parse(text)?.ToString());

    private static HttpResponseMessage Ask(AgentProcess agent, string path, string authorization)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{agent.Page.Port}/{path}");
        if (authorization.Length > 0)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return client.Send(request);
    }
}
