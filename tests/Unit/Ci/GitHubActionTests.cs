using Gitproc.Unit.Support;

namespace Gitproc.Unit.Ci;

/// <summary>
/// The action at the root of this repository, by its own script, under a process of the name of GitHub's.
/// </summary>
public sealed class GitHubActionTests : IDisposable
{
    private static readonly string Script = CiFile.Blocks("action.yml", "run").Single();

    private readonly PoolFixture _pool = new();
    private readonly CiJobProcess _job;

    public GitHubActionTests() => _job = NewJob();

    public void Dispose()
    {
        _job.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void Later_steps_have_the_checkout_until_the_job_is_killed()
    {
        var step = Act(_job, ("INPUT_REPOSITORY", _pool.Source), ("INPUT_NEW_BRANCH", "topic"), ("INPUT_LABEL", "a b"));
        Assert.True(step.ExitCode == 0, step.Output);
        var checkout = _pool.Find("checkout-1");
        Assert.Equal(
            (CheckoutState.Locked, "Runner.Worker", "topic", "a b"),
            (checkout.State, checkout.OwnerProcessName, checkout.Branch, checkout.Label));
        Assert.Equal(
            [("path", checkout.Path), ("name", "checkout-1"), ("lease-id", checkout.LeaseId!)],
            Read("output"));
        Assert.Equal([("GITPROC_CHECKOUT", checkout.Path), ("GITPROC_LEASE_ID", checkout.LeaseId!)], Read("env"));

        foreach (var (name, value) in Read("env"))
            _job.Variables[name] = value;
        Assert.Equal(
            0,
            _job.Step(
                """echo work >"$GITPROC_CHECKOUT/new.txt"; gitproc renew "$GITPROC_CHECKOUT" --label next"""
            ).ExitCode);
        Assert.Equal("next", _pool.Find("checkout-1").Label);

        _job.Kill();
        Assert.Equal(CheckoutState.Free, _pool.Find("checkout-1").State);
        using var next = NewJob();
        Assert.Equal(0, Act(next, ("INPUT_REPOSITORY", _pool.Source)).ExitCode);
        Assert.Equal("checkout-1", Assert.Single(_pool.List()).Name);
        Assert.False(File.Exists(Path.Combine(checkout.Path, "new.txt")));
        Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home));
    }

    [Fact]
    public void A_later_step_may_release_it_and_one_of_another_job_may_not()
    {
        Assert.Equal(0, Act(_job, ("INPUT_REPOSITORY", _pool.Source)).ExitCode);
        foreach (var (name, value) in Read("env"))
            _job.Variables[name] = value;
        const string release = """gitproc release "$GITPROC_CHECKOUT" --lease-id "$GITPROC_LEASE_ID" """;
        using var other = NewJob();
        foreach (var (name, value) in _job.Variables)
            other.Variables[name] = value;
        Assert.Equal(1, other.Step(release).ExitCode);
        Assert.Equal(0, _job.Step(release).ExitCode);
        Assert.Equal(CheckoutState.Free, _pool.Find("checkout-1").State);
    }

    [Fact]
    public void It_is_of_the_workflows_own_repository_and_commit_when_nothing_is_said()
    {
        var source = Path.Combine(_pool["server/o"], "r");
        TestGit.MakeRepository(source);
        var commit = TestGit.Run(source, "rev-parse", "HEAD");
        TestGit.Run(source, "commit", "--quiet", "--allow-empty", "--message", "newer");
        _job.Variables["GITHUB_SERVER_URL"] = _pool["server"];
        _job.Variables["GITHUB_REPOSITORY"] = "o/r";
        _job.Variables["GITHUB_SHA"] = commit;
        var step = Act(_job);
        Assert.True(step.ExitCode == 0, step.Output);
        Assert.Equal((source, commit), (_pool.Find("checkout-1").Repository, _pool.Find("checkout-1").Commit));
    }

    [Fact]
    public void It_waits_and_keeps_to_the_most()
    {
        Assert.Equal(0, Act(_job, ("INPUT_REPOSITORY", _pool.Source), ("INPUT_MAX_CHECKOUTS", "1")).ExitCode);
        using var other = NewJob();
        var step = Act(other, ("INPUT_REPOSITORY", _pool.Source), ("INPUT_MAX_CHECKOUTS", "1"), ("INPUT_WAIT", "1s"));
        Assert.Equal(3, step.ExitCode);
        _job.Kill();
        Assert.Equal(
            0,
            Act(
                other,
                ("INPUT_REPOSITORY", _pool.Source),
                ("INPUT_MAX_CHECKOUTS", "1"),
                ("INPUT_WAIT", "true")).ExitCode);
    }

    [Fact]
    public void Nothing_that_an_input_says_is_run_and_no_password_is_printed()
    {
        var step = Act(
            _job,
            ("INPUT_REPOSITORY", "https://user:s3cret@127.0.0.1:1/o/r"),
            ("INPUT_LABEL", "$(touch hacked); `touch hacked`"));
        Assert.NotEqual(0, step.ExitCode);
        Assert.DoesNotContain("s3cret", step.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_pool.Home, "hacked")));
        Assert.Equal(2, Act(_job, ("INPUT_REPOSITORY", _pool.Source), ("INPUT_WAIT", "soon")).ExitCode);
        Assert.Empty(Read("output"));
    }

    [Fact]
    public void The_kind_and_the_expiry_are_passed_on()
    {
        var step = Act(
            _job, ("INPUT_REPOSITORY", _pool.Source), ("INPUT_KIND", "worktree"), ("INPUT_EXPIRES_AFTER", "2h"));
        Assert.True(step.ExitCode == 0, step.Output);
        var checkout = _pool.Find("checkout-1");
        Assert.Equal(CheckoutKind.Worktree, checkout.Kind);
        Assert.NotNull(checkout.ExpiresAt);
    }

    [Fact]
    public void The_folders_are_passed_on_one_a_line()
    {
        var step = Act(
            _job,
            ("INPUT_REPOSITORY", _pool.Source), ("INPUT_SPARSE_CHECKOUT", "one folder\ntwo\n"), ("INPUT_LFS", "false"));
        Assert.True(step.ExitCode == 0, step.Output);
        Assert.Equal(
            "one folder\ntwo", TestGit.Run(_pool.Find("checkout-1").Path, "sparse-checkout", "list").TrimEnd());
    }

    [Fact]
    public void A_failure_is_an_error_of_the_run()
    {
        var step = Act(_job, ("INPUT_REPOSITORY", _pool["50%"]));
        Assert.Equal(1, step.ExitCode);
        Assert.Contains("::error title=gitproc::", step.Output, StringComparison.Ordinal);
        Assert.Contains("50%25", step.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_command_it_says_so()
    {
        var step = Act(_job, ("PATH", "/usr/bin:/bin"));
        Assert.Equal(127, step.ExitCode);
        Assert.StartsWith("::error title=gitproc::gitproc is not installed", step.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_input_is_used_and_every_output_is_set()
    {
        var text = CiFile.Text("action.yml");
        var inputs = text.Split("inputs:")[1]
            .Split("outputs:")[0]
            .Split('\n')
            .Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line[2] != ' ')
            .Select(line => line.Trim(' ', ':'));
        foreach (var input in inputs)
        {
            var variable = $"INPUT_{input.Replace('-', '_').ToUpperInvariant()}";
            Assert.Contains($"{variable}: ${{{{ inputs.{input} }}}}", text, StringComparison.Ordinal);
            Assert.Contains($"\"${variable}\"", Script, StringComparison.Ordinal);
        }

        Act(_job, ("INPUT_REPOSITORY", _pool.Source));
        foreach (var (name, _) in Read("output"))
            Assert.Contains($"steps.acquire.outputs.{name} ", text, StringComparison.Ordinal);
    }

    private CiJobProcess NewJob() =>
        new(_pool, "Runner.Worker")
        {
            Variables =
            {
                ["GITHUB_ACTIONS"] = "true",
                ["GITHUB_RUN_ID"] = "7",
                ["GITHUB_OUTPUT"] = _pool["output"],
                ["GITHUB_ENV"] = _pool["env"],
            },
        };

    private static CiJobProcess.Result Act(CiJobProcess job, params (string Name, string Value)[] inputs)
    {
        string[] all =
        [
            "REPOSITORY", "REF", "NEW_BRANCH", "MAX_CHECKOUTS", "WAIT", "KIND", "SUBMODULES", "LFS",
            "SPARSE_CHECKOUT", "EXPIRES_AFTER", "CLEAN", "NAME", "LABEL", "POOL",
        ];
        return job.Step(Script, [.. all.Select(name => ($"INPUT_{name}", "")), .. inputs]);
    }

    // As the runner reads it (actions/runner, FileCommandManager.cs).
    private List<(string Name, string Value)> Read(string file)
    {
        var entries = new List<(string, string)>();
        var lines = File.Exists(_pool[file]) ? File.ReadAllText(_pool[file]).Split('\n') : [];
        for (var i = 0; i < lines.Length && lines[i].Length > 0; i++)
        {
            var parts = lines[i].Split("<<", 2);
            var end = Array.IndexOf(lines, parts[1], i + 1);
            entries.Add((parts[0], string.Join('\n', lines[(i + 1)..end])));
            i = end;
        }

        return entries;
    }
}
