namespace Gitproc.Processes;

/// <summary>Finds the process that called gitproc.</summary>
internal static class CallingProcess
{
    private const string Program = "gitproc";

    /// <summary>
    /// The parent of a process. If the parent is a copy that a shell forked for <c>$( )</c> or a pipe, the shell is the
    /// caller, because the copy ends with the command. A copy that was forked for anything else, for example
    /// <c>( ) &amp;</c>, may outlive the shell, and is itself the caller. A launcher is passed over.
    /// </summary>
    /// <returns>The caller; null if it has already ended.</returns>
    public static ProcessEntry? Of(int processId)
    {
        ProcessEntry? caller = null;
        ProcessEntry? copy = null;
        foreach (var entry in ProcessTable.Ancestry(processId).Skip(1).SkipWhile(entry => IsLauncher(entry, processId)))
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

    // Scoop and Chocolatey put a small program of the same name on the PATH of Windows. It starts the other one, and
    // ends with it.
    private static bool IsLauncher(ProcessEntry entry, int processId) =>
        entry.Name.Equals(Program, StringComparison.OrdinalIgnoreCase)
        && ProcessTable.ProgramOf(processId) is { } own
        && Path.GetFileNameWithoutExtension(own).AsSpan().Equals(Program, StringComparison.OrdinalIgnoreCase)
        && ProcessTable.ProgramOf(entry.Identity.Id) is { } program
        && program != own;
}

/// <summary>The user who runs this process, read once: .NET reads the user database at each call.</summary>
internal static class ThisUser
{
    private static readonly Lazy<string> Known = new(() => Environment.UserName);

    /// <summary>The user's name. Thread-safe.</summary>
    public static string Name => Known.Value;
}

/// <summary>
/// Finds the process that lives as long as a CI job. The shell of a step ends with the step, but later steps need the
/// lease that it acquired.
/// </summary>
internal static class JobProcess
{
    // GitHub's runner and Azure's agent start one worker for each job (actions/runner, docs/design;
    // microsoft/azure-pipelines-agent, docs/design). Buildkite's agent starts another agent with "bootstrap" for each
    // job (buildkite/agent, "The agent lifecycle").
    private static readonly HashSet<string> JobPrograms =
        new(["Runner.Worker", "Agent.Worker", "buildkite-agent"], StringComparer.Ordinal);

    // GitLab's shell executor starts one shell for the script of a job (docs.gitlab.com/runner/executors/shell). The
    // agent of Jenkins starts one for each step, so no process lives as long as the job. GitLab's program may have its
    // system in its name, as it is downloaded: gitlab-runner-windows-amd64.exe.
    private const string ParentOfJob = "gitlab-runner";

    /// <summary>Searches a process and its ancestors.</summary>
    /// <returns>The nearest process of a job; null outside a job, or if the CI has no such process.</returns>
    public static ProcessEntry? Of(int processId)
    {
        ProcessEntry? child = null;
        foreach (var entry in ProcessTable.Ancestry(processId))
        {
            if (JobPrograms.Contains(entry.Name))
                return entry;
            if (entry.Name.StartsWith(ParentOfJob, StringComparison.Ordinal))
                return child;
            child = entry;
        }

        return null;
    }
}
