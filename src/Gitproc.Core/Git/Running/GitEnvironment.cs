using System.Globalization;

namespace Gitproc.Git.Running;

/// <summary>Prepares the environment in which git runs.</summary>
public static class GitEnvironment
{
    /// <summary>
    /// The variables that bind a git process to one repository. In a hook or a <c>git</c> alias they are set to the
    /// caller's repository, but Gitproc runs git in other repositories.
    /// </summary>
    /// <remarks>
    /// The list is the output of <c>git rev-parse --local-env-vars</c> with two changes. It omits
    /// <c>GIT_CONFIG_PARAMETERS</c> and <c>GIT_CONFIG_COUNT</c>: they contain the user's <c>git -c</c> and the headers
    /// of CI, and git itself keeps them for another repository (submodule.c, prepare_submodule_repo_env). It adds
    /// <c>GIT_QUARANTINE_PATH</c>, with which git refuses to update refs (git-receive-pack(1)), and
    /// <c>GIT_NAMESPACE</c> (gitnamespaces(7)).
    /// </remarks>
    internal static readonly IReadOnlyList<string> RepositoryVariables =
    [
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_OBJECT_DIRECTORY", "GIT_DIR", "GIT_WORK_TREE",
        "GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE", "GIT_INDEX_FILE", "GIT_NO_REPLACE_OBJECTS",
        "GIT_REPLACE_REF_BASE", "GIT_PREFIX", "GIT_INTERNAL_SUPER_PREFIX", "GIT_SHALLOW_FILE", "GIT_COMMON_DIR",
        "GIT_QUARANTINE_PATH", "GIT_NAMESPACE",
    ];

    /// <summary>
    /// Removes the variables that bind git to one repository from an environment, so that git finds the repository of
    /// its working directory.
    /// </summary>
    /// <param name="environment">The environment to change.</param>
    public static void Scrub(IDictionary<string, string?> environment)
    {
        foreach (var name in RepositoryVariables)
            environment.Remove(name);
    }

    /// <summary>
    /// Makes git fail instead of prompting in a CI job, where no user can answer (git(1), GIT_TERMINAL_PROMPT). Git
    /// Credential Manager, which comes with Git for Windows, would open a window (its docs/environment.md).
    /// </summary>
    internal static void AskNobodyInCi(IDictionary<string, string?> environment)
    {
        // CI is set by GitHub, GitLab, Buildkite and most others, TF_BUILD by Azure Pipelines, JENKINS_URL by Jenkins.
        string[] ofCi = ["CI", "TF_BUILD", "JENKINS_URL"];
        if (
            ofCi.Any(name =>
                environment.TryGetValue(name, out var value) && value is not (null or "" or "0" or "false" or "False")))
        {
            environment.TryAdd("GIT_TERMINAL_PROMPT", "0");
            if (environment["GIT_TERMINAL_PROMPT"] == "0")
                environment.TryAdd("GCM_INTERACTIVE", "never");
        }
    }

    /// <summary>
    /// Adds config entries for one git process, after the entries of the caller's environment (git-config(1),
    /// GIT_CONFIG_COUNT). Unlike <c>-c</c>, they do not appear in process lists.
    /// </summary>
    internal static void AddConfig(
        IDictionary<string, string?> environment, IEnumerable<(string Key, string Value)> entries)
    {
        environment.TryGetValue("GIT_CONFIG_COUNT", out var inherited);
        _ = int.TryParse(inherited, NumberStyles.None, CultureInfo.InvariantCulture, out var count);
        foreach (var (key, value) in entries)
        {
            environment[$"GIT_CONFIG_KEY_{count}"] = key;
            environment[$"GIT_CONFIG_VALUE_{count}"] = value;
            count++;
        }

        environment["GIT_CONFIG_COUNT"] = count.ToString(CultureInfo.InvariantCulture);
    }
}
