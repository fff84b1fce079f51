namespace Gitproc.Processes;

/// <summary>Finds the process on whose behalf a command line was run.</summary>
internal static class CallingProcess
{
    /// <summary>
    /// The parent of a process; where that is only a copy that a shell made of itself for a <c>$( )</c> or a pipe, the
    /// shell: the copy, and all in it, ends with the command. A copy for anything else, as for <c>( ) &amp;</c>, may
    /// outlive the shell and is a caller like any other.
    /// </summary>
    /// <returns>The caller; null when it is gone already.</returns>
    public static ProcessEntry? Of(int processId)
    {
        ProcessEntry? caller = null;
        ProcessEntry? copy = null;
        foreach (var entry in ProcessTable.Ancestry(processId).Skip(1))
        {
            if (copy is not null && !ProcessTable.RunSameProgram(copy, entry))
                break;
            if (copy is null || ProcessTable.IsForPipe(copy, entry))
                caller = entry;
            if (!entry.IsFork)
                break;
            copy = entry;
        }

        return caller;
    }
}

/// <summary>The user who runs this process. .NET reads the user database at every question.</summary>
internal static class ThisUser
{
    private static readonly Lazy<string> Known = new(() => Environment.UserName);

    /// <summary>The user's name. Thread-safe.</summary>
    public static string Name => Known.Value;
}

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
