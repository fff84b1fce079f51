
namespace Gitproc.Processes;

/// <summary>
/// Finds the process that lives as long as a CI job. A step's own shell ends with the step, and a lease that it took is
/// wanted in the next one.
/// </summary>
internal static class JobProcess
{
    // GitHub's runner and Azure's agent start a worker a job (actions/runner, docs/design; microsoft/azure-pipelines-agent,
    // docs/design). Buildkite's agent starts itself anew with "bootstrap" for each job (buildkite/agent, "The agent lifecycle").
    private static readonly HashSet<string> JobPrograms =
        new(["Runner.Worker", "Agent.Worker", "buildkite-agent"], StringComparer.Ordinal);

    // GitLab's shell executor starts one shell for the script of a job (docs.gitlab.com/runner/executors/shell). Jenkins'
    // agent starts one for each step, so there is no process of the job.
    private const string ParentOfJob = "gitlab-runner";

    /// <summary>Finds the process among those that a process descends from.</summary>
    /// <param name="processId">The process.</param>
    /// <returns>The nearest; null outside of a job, or where the CI has no such process.</returns>
    public static ProcessEntry? Of(int processId)
    {
        ProcessEntry? child = null;
        foreach (var entry in ProcessTable.Ancestry(processId))
        {
            if (JobPrograms.Contains(entry.Name))
                return entry;
            if (entry.Name == ParentOfJob)
                return child;
            child = entry;
        }

        return null;
    }
}
