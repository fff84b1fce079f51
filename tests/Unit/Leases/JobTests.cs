using System.Diagnostics;
using System.Text.Json;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Leases;

/// <summary>Leases in CI jobs, by processes of the names that the CIs' have.</summary>
public sealed class JobTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData("Runner.Worker")]
    [InlineData("Agent.Worker")]
    [InlineData("buildkite-agent")]
    public void The_owner_is_the_process_of_the_job(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoCopies);
        var worker = _pool[name];
        TestProcess.CopyProgram("/bin/bash", worker);
        var lines = Run(
            worker,
            """echo $$; bash -c '"$GITPROC" acquire "$SOURCE"; true'; bash -c '"$GITPROC" list --json; true'"""
        );
        Assert.Equal((lines[0], name, "locked"), Owner(lines));
        Assert.Equal(CheckoutState.Free, _pool.Find("checkout-1").State);
    }

    [Fact]
    public void In_GitLab_it_is_the_shell_that_the_runner_started()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoCopies);
        var runner = _pool["gitlab-runner"];
        TestProcess.CopyProgram("/bin/bash", runner);
        var lines = Run(
            runner,
            """bash -c 'echo $$; sh -c "\"$GITPROC\" acquire \"$SOURCE\"; true"; sh -c "\"$GITPROC\" list --json; true"; true'; true"""
        );
        Assert.Equal((lines[0], "bash", "locked"), Owner(lines));
    }

    [Theory]
    [InlineData(
        "GITHUB_ACTIONS=true GITHUB_RUN_ID=77 GITHUB_JOB=build GITHUB_RUN_ATTEMPT=2 GITHUB_SERVER_URL=https://github.com GITHUB_REPOSITORY=o/r",
        "GitHub Actions|77|build|2|https://github.com/o/r/actions/runs/77"
    )]
    [InlineData(
        "TF_BUILD=True BUILD_BUILDID=5 SYSTEM_JOBNAME=j SYSTEM_JOBATTEMPT=1 SYSTEM_COLLECTIONURI=https://dev.azure.com/o/ SYSTEM_TEAMPROJECT=p",
        "Azure Pipelines|5|j|1|https://dev.azure.com/o/p/_build/results?buildId=5"
    )]
    [InlineData(
        "GITLAB_CI=true CI_JOB_ID=9 CI_PIPELINE_ID=8 CI_JOB_NAME=test CI_JOB_URL=https://gitlab.com/o/r/-/jobs/9",
        "GitLab|8|test 9||https://gitlab.com/o/r/-/jobs/9"
    )]
    [InlineData(
        "BUILDKITE=true BUILDKITE_BUILD_NUMBER=3 BUILDKITE_LABEL=l BUILDKITE_RETRY_COUNT=0 BUILDKITE_BUILD_URL=https://b",
        "Buildkite|3|l|0|https://b"
    )]
    [InlineData("JENKINS_URL=https://j BUILD_NUMBER=4 JOB_NAME=n BUILD_URL=https://j/4", "Jenkins|4|n||https://j/4")]
    public void The_job_is_told(string variables, string expected)
    {
        var lines = Run(
            UnixTools.Bash,
            $"""export {variables} SECRET_TOKEN=s3cret; "$GITPROC" acquire "$SOURCE"; "$GITPROC" list --json"""
        );
        using var json = JsonDocument.Parse(lines[1]);
        var job = json.RootElement[0].GetProperty("job");
        Assert.Equal(expected, string.Join('|', job.EnumerateObject().Select(property => property.Value.GetString())));
        Assert.DoesNotContain("s3cret", _pool.Dump(), StringComparison.Ordinal);
    }

    private static (string Id, string Name, string State) Owner(string[] lines)
    {
        using var json = JsonDocument.Parse(lines[^1]);
        var checkout = json.RootElement[0];
        return (
            $"{checkout.GetProperty("ownerProcessId")}",
            $"{checkout.GetProperty("ownerProcessName")}",
            $"{checkout.GetProperty("state")}");
    }

    private string[] Run(string program, string script)
    {
        var start = new ProcessStartInfo(program, ["-c", script]) { RedirectStandardOutput = true };
        GitprocProgram.Isolate(start, _pool.Pool.Path, _pool.Home);
        start.Environment["GITPROC"] = GitprocProgram.File;
        start.Environment["SOURCE"] = _pool.Source;
        using var process = Process.Start(start)!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return lines;
    }
}
