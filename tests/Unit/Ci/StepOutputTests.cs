using System.Text;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Ci;

/// <summary>
/// <c>acquire --step-output</c> in the environment of each CI, and the ready files of those but GitHub.
/// </summary>
public sealed class StepOutputTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void In_Azure_Pipelines_steps_run_in_it_and_it_is_released_after_a_failure()
    {
        using var job = new CiJobProcess(_pool, "Agent.Worker")
        {
            Variables = { ["TF_BUILD"] = "True", ["BUILD_BUILDID"] = "5" },
        };
        var scripts = CiFile.Blocks("ci/azure-pipelines/checkout.yml", "bash");
        var acquired = job.Step(
            scripts[0],
            ("INPUT_REPOSITORY", _pool.Source),
            ("INPUT_REF", "other"),
            ("INPUT_MAX_CHECKOUTS", "2"),
            ("INPUT_WAIT", "true"),
            ("INPUT_POOL", ""));
        Assert.True(acquired.ExitCode == 0, acquired.Output);
        var checkout = _pool.Find("checkout-1");
        Assert.Equal(("Agent.Worker", "other"), (checkout.OwnerProcessName, checkout.Branch));
        Assert.Equal(
            $"""
            ##vso[task.setvariable variable=path;isOutput=true]{checkout.Path}
            ##vso[task.setvariable variable=name;isOutput=true]checkout-1
            ##vso[task.setvariable variable=leaseId;isOutput=true]{checkout.LeaseId}
            ##vso[task.setvariable variable=GITPROC_CHECKOUT]{checkout.Path}
            ##vso[task.setvariable variable=GITPROC_LEASE_ID]{checkout.LeaseId}
            {checkout.Path}

            """, acquired.Output);

        job.Variables["GITPROC_CHECKOUT"] = checkout.Path;
        job.Variables["GITPROC_LEASE_ID"] = checkout.LeaseId!;
        Assert.Equal(1, job.Step("""cd "$GITPROC_CHECKOUT"; false""").ExitCode);
        Assert.Contains(
            "  condition: always()",
            CiFile.Text("ci/azure-pipelines/checkout.yml").Split(scripts[1].Split('\n')[0])[1],
            StringComparison.Ordinal);
        var released = job.Step(scripts[1], ("INPUT_POOL", ""));
        Assert.True(released.ExitCode == 0, released.Output);
        Assert.Equal((CheckoutState.Free, null), (_pool.Find("checkout-1").State, _pool.Find("checkout-1").LeaseId));
    }

    [Fact]
    public void In_Azure_Pipelines_nothing_is_released_where_nothing_was_acquired()
    {
        using var job = new CiJobProcess(_pool, "Agent.Worker") { Variables = { ["TF_BUILD"] = "True" } };
        Assert.Equal(
            (0, ""),
            job.Step(CiFile.Blocks("ci/azure-pipelines/checkout.yml", "bash")[1], ("INPUT_POOL", "")) is var step
                ? (step.ExitCode, step.Output)
                : default);
    }

    [Fact]
    public void Azure_Pipelines_reads_any_path()
    {
        const string strange = "a%0Ab%AZP25;c]d\re";
        using var job = new CiJobProcess(_pool, "Agent.Worker")
        {
            Variables = { ["TF_BUILD"] = "True", ["GITPROC_POOL"] = _pool[strange] },
        };
        var step = job.Step("""gitproc acquire --step-output "$SOURCE" """, ("SOURCE", _pool.Source));
        Assert.True(step.ExitCode == 0, step.Output);
        var line = step
            .Output.Split('\n')
            .First(line =>
                line.StartsWith("##vso[task.setvariable variable=GITPROC_CHECKOUT]", StringComparison.Ordinal));
        // As the agent reads it (microsoft/azure-pipelines-agent, Command.cs): the percent sign last.
        var value = line[(line.IndexOf(']', StringComparison.Ordinal) + 1)..]
            .Replace("%0D", "\r", StringComparison.Ordinal)
            .Replace("%0A", "\n", StringComparison.Ordinal)
            .Replace("%AZP25", "%", StringComparison.Ordinal);
        Assert.Equal(Path.Combine(_pool[strange], "checkout-1"), value);
    }

    [Fact]
    public void GitHub_reads_any_path_and_no_value_can_say_more_than_itself()
    {
        const string strange = "a<<b\rLD_PRELOAD=x";
        using var job = new CiJobProcess(_pool, "Runner.Worker")
        {
            Variables =
            {
                ["GITHUB_ACTIONS"] = "true",
                ["GITHUB_OUTPUT"] = _pool["output"],
                ["GITHUB_ENV"] = _pool["env"],
                ["GITPROC_POOL"] = _pool[strange],
            },
        };
        Assert.Equal(0, job.Step("""gitproc acquire --step-output "$SOURCE" """, ("SOURCE", _pool.Source)).ExitCode);
        var lines = File.ReadAllText(_pool["env"]).Split('\n');
        Assert.StartsWith("GITPROC_CHECKOUT<<gitproc-", lines[0], StringComparison.Ordinal);
        var delimiter = lines[0].Split("<<")[1];
        Assert.Equal(
            Path.Combine(_pool[strange], "checkout-1"), string.Join('\n', lines[1..Array.IndexOf(lines, delimiter)]));
        Assert.NotEqual(delimiter, File.ReadAllText(_pool["output"]).Split('\n')[0].Split("<<")[1]);
        Assert.NotEqual(Encoding.UTF8.Preamble.ToArray(), File.ReadAllBytes(_pool["env"])[..3]);
    }

    [Fact]
    public void In_GitLab_the_after_script_of_a_failed_acquire_succeeds()
    {
        using var runner = new CiJobProcess(_pool, "gitlab-runner") { Variables = { ["GITLAB_CI"] = "true" } };
        var after = runner.Step(CiFile.Commands("ci/gitlab/gitproc.yml", "after_script"));
        Assert.Equal((0, ""), (after.ExitCode, after.Output));
    }

    [Fact]
    public void In_Azure_Pipelines_a_failure_is_an_error_of_the_step()
    {
        using var job = new CiJobProcess(_pool, "Agent.Worker") { Variables = { ["TF_BUILD"] = "True" } };
        var script = CiFile.Blocks("ci/azure-pipelines/checkout.yml", "bash")[0];
        var failed = job.Step(script, ("INPUT_REPOSITORY", _pool["50%"]));
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("##vso[task.logissue type=error]", failed.Output, StringComparison.Ordinal);
        Assert.Contains("50%AZP25", failed.Output, StringComparison.Ordinal);
        var missing = job.Step(script, ("PATH", "/usr/bin:/bin"));
        Assert.Equal(127, missing.ExitCode);
        Assert.Contains("type=error]gitproc is not installed", missing.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void In_GitLab_the_job_stands_in_it_and_its_after_script_releases_it()
    {
        // The runner starts a shell for the script, and another one for what comes after it, and reads the file for
        // that one.
        using var runner = new CiJobProcess(_pool, "gitlab-runner")
        {
            Variables =
            {
                ["GITLAB_CI"] = "true",
                ["CI_JOB_ID"] = "9",
                ["GITLAB_ENV"] = _pool["gitlab.env"],
                ["GITPROC_WAIT"] = "1h",
            },
        };
        File.WriteAllText(_pool["gitlab.env"], "GITPROC_CHECKOUT=/an/older/job\n");
        TestGit.Run(_pool["."], "clone", "--quiet", "--bare", _pool.Source, "source2.git");
        runner.Variables["CI_PROJECT_URL"] = _pool["source2"];
        runner.Variables["CI_COMMIT_SHA"] = TestGit.Run(_pool.Source, "rev-parse", "HEAD");
        const string file = "ci/gitlab/gitproc.yml";
        var script = runner.Step(
            CiFile.Commands(file, "before_script")
                + "\ngit rev-parse HEAD; pwd; gitproc list; echo work >new.txt; false");
        Assert.Equal(1, script.ExitCode);
        var path = Path.Combine(_pool.Pool.Path, "checkout-1");
        Assert.Contains($"\n{path}\n", script.Output, StringComparison.Ordinal);
        Assert.Contains("Locked", script.Output, StringComparison.Ordinal);

        foreach (var pair in File.ReadAllLines(_pool["gitlab.env"]).Select(line => line.Split('=', 2)))
            runner.Variables[pair[0]] = pair[1];
        var after = runner.Step(CiFile.Commands(file, "after_script"));
        Assert.True(after.ExitCode == 0, after.Output);
        Assert.Contains("is rescued", after.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(path, "new.txt")));
    }

    [Fact]
    public void In_Jenkins_it_is_held_over_the_steps_and_released_at_the_end()
    {
        // Each step is a shell that the agent's java starts.
        using var agent = new CiJobProcess(_pool, "java")
        {
            Variables =
            {
                ["JENKINS_URL"] = "https://j",
                ["BUILD_NUMBER"] = "4",
                ["REPOSITORY"] = _pool.Source,
            },
        };
        var scripts = CiFile
            .Text("ci/jenkins/Jenkinsfile")
            .Split('\'')
            .Where(text =>
                text.Contains("gitproc a", StringComparison.Ordinal)
                || text.Contains("gitproc release", StringComparison.Ordinal))
            .ToList();
        Assert.Equal(2, scripts.Count);
        var acquired = agent.Step(scripts[0]);
        Assert.True(acquired.ExitCode == 0, acquired.Output);
        Assert.Equal(CheckoutState.Locked, _pool.Find("checkout-1").State);
        agent.Variables["GITPROC_CHECKOUT"] = acquired.Output.TrimEnd();
        Assert.Equal(0, agent.Step(scripts[1]).ExitCode);
        Assert.Equal(CheckoutState.Free, _pool.Find("checkout-1").State);
    }

    [Theory]
    [InlineData("java", "JENKINS_URL", "This is not a step of a CI job whose outputs gitproc can set")]
    [InlineData("bash", "HOME_OF_NOBODY", "This is not a step of a CI job whose outputs gitproc can set")]
    [InlineData("docker", "TF_BUILD", "No process of the CI job is seen from here")]
    public void Where_it_cannot_be_done_nothing_is_acquired(string program, string variable, string error)
    {
        using var job = new CiJobProcess(_pool, program) { Variables = { [variable] = "x" } };
        var step = job.Step("""gitproc acquire --step-output "$SOURCE" """, ("SOURCE", _pool.Source));
        Assert.Equal(1, step.ExitCode);
        Assert.Contains(error, step.Output, StringComparison.Ordinal);
        Assert.Single(step.Output.TrimEnd().Split('\n'));
        Assert.Empty(_pool.List());
    }

    [Fact]
    public void A_step_in_a_container_may_hold_it()
    {
        using var job = new CiJobProcess(_pool, "docker") { Variables = { ["TF_BUILD"] = "True" } };
        Assert.Equal(
            0,
            job.Step(
                """gitproc acquire --step-output --hold --expires-after 2h "$SOURCE" """,
                ("SOURCE", _pool.Source)).ExitCode);
        Assert.Equal(0, job.Step("gitproc release checkout-1").ExitCode);
    }

    [Fact]
    public void What_cannot_be_written_is_given_back()
    {
        using var job = new CiJobProcess(_pool, "Runner.Worker")
        {
            Variables =
            {
                ["GITHUB_ACTIONS"] = "true",
                ["GITHUB_OUTPUT"] = _pool["none/output"],
                ["GITHUB_ENV"] = _pool["none/env"],
            },
        };
        Assert.Equal(1, job.Step("""gitproc acquire --step-output "$SOURCE" """, ("SOURCE", _pool.Source)).ExitCode);
        Assert.Equal(CheckoutState.Free, _pool.Find("checkout-1").State);
        Assert.Null(_pool.Find("checkout-1").LeaseId);
        Assert.Equal(
            2,
            job.Step("""gitproc acquire --step-output --count 2 "$SOURCE" """, ("SOURCE", _pool.Source)).ExitCode
        );
    }
}
