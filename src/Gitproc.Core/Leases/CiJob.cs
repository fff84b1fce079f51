namespace Gitproc.Leases;

/// <summary>
/// Reads the CI job from the environment variables that each CI documents. Other variables are not read: they may be
/// secret.
/// </summary>
internal static class CiJob
{
    /// <summary>The job that this process runs in; null outside a job.</summary>
    public static Job? Current()
    {
        // docs.github.com "Variables reference"
        if (Value("GITHUB_ACTIONS") is not null && Value("GITHUB_RUN_ID") is { } run)
        {
            var page = $"{Value("GITHUB_SERVER_URL")}/{Value("GITHUB_REPOSITORY")}/actions/runs/{run}";
            return new Job("GitHub Actions", run, Value("GITHUB_JOB"), Value("GITHUB_RUN_ATTEMPT"), page);
        }

        // learn.microsoft.com "Use predefined variables"
        if (Value("TF_BUILD") is not null && Value("BUILD_BUILDID") is { } build)
        {
            var page =
                $"{Value("SYSTEM_COLLECTIONURI")}{Uri.EscapeDataString(Value("SYSTEM_TEAMPROJECT") ?? "")}/_build/results?buildId={build}";
            return new Job(
                "Azure Pipelines",
                build,
                Value("SYSTEM_JOBNAME") ?? Value("AGENT_JOBNAME"),
                Value("SYSTEM_JOBATTEMPT"),
                page);
        }

        // docs.gitlab.com "Predefined CI/CD variables reference"
        if (Value("GITLAB_CI") is not null && Value("CI_JOB_ID") is { } job)
            return new Job(
                "GitLab",
                Value("CI_PIPELINE_ID") ?? job,
                $"{Value("CI_JOB_NAME")} {job}".Trim(),
                null,
                Value("CI_JOB_URL"));

        // buildkite.com/docs "Environment variables"
        if (Value("BUILDKITE") is not null && Value("BUILDKITE_BUILD_NUMBER") is { } number)
            return new Job(
                "Buildkite",
                number,
                Value("BUILDKITE_LABEL") ?? Value("BUILDKITE_JOB_ID"),
                Value("BUILDKITE_RETRY_COUNT"),
                Value("BUILDKITE_BUILD_URL"));

        // jenkins.io "Using environment variables"
        return Value("JENKINS_URL") is not null && Value("BUILD_NUMBER") is { } jenkins
            ? new Job("Jenkins", jenkins, Value("JOB_NAME"), null, Value("BUILD_URL"))
            : null;
    }

    private static string? Value(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
