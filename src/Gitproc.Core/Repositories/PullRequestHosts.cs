using System.Text.Json;
using Gitproc.Git.Reading;
using Gitproc.Processes;
using Gitproc.Text;

namespace Gitproc.Repositories;

/// <summary>
/// Asks the program of a host, which has the user's access to it, for the branch that a pull request is made of. What
/// it answers was written by strangers.
/// </summary>
/// <param name="directory">Where the program runs: a folder in which no job writes.</param>
/// <param name="url">The address of the repository.</param>
/// <param name="key">The key of the repository.</param>
internal sealed class PullRequestHosts(string directory, string url, string key)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    // Neither asks, looks for a newer version of itself, nor colours its answer.
    private static readonly (string, string)[] Quiet =
    [
        ("GH_PROMPT_DISABLED", "1"),
        ("GH_NO_UPDATE_NOTIFIER", "1"),
        ("GLAB_CHECK_UPDATE", "false"),
        ("NO_PROMPT", "1"),
        ("NO_COLOR", "1"),
        ("GIT_TERMINAL_PROMPT", "0"),
    ];

    /// <summary>Why the branch is not known, as the rest of a sentence; null if it is.</summary>
    public string? Problem { get; private set; }

    /// <summary>False if the author lets nobody else push to the branch, as far as that is known.</summary>
    public bool LetsOthersPush { get; private set; } = true;

    /// <summary>Asks for the branch.</summary>
    /// <returns>The branch; null if it is not known.</returns>
    public HeadBranch? Find(string program, string number, CancellationToken cancellationToken)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0)
            return Fail("the repository is on no host");
        if (ProgramPath.Find(program) is not { } path)
            return Fail($"{program}, which knows its branch, is not on the PATH");
        try
        {
            return program == PullRequestRef.GitHubProgram
                ? OfGitHub(Ask(path, ["pr", "view", number, "--repo", key, "--json", string.Join(',', GitHubFields)]))
                : OfGitLab(
                    Ask(path, ["mr", "view", number, "--repo", $"https://{key}", "--output", "json"]),
                    id => Ask(path, ["api", $"projects/{id}", "--hostname", key[..slash]]));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException
            or FormatException)
        {
            return Fail($"{program} gives another answer than expected");
        }

        JsonElement? Ask(string file, string[] arguments)
        {
            var answer = ProgramAnswer.Ask(file, arguments, directory, Quiet, Timeout, cancellationToken);
            if (answer.Output is { } output)
            {
                using var json = JsonDocument.Parse(output);
                return json.RootElement.Clone();
            }

            Problem = $"{program} does not know its branch: {PrintableText.Of(Redaction.Redact(answer.Error!))}";
            return null;
        }
    }

    private static readonly string[] GitHubFields =
    [
        "headRefName", "headRepositoryOwner", "headRepository", "isCrossRepository", "maintainerCanModify",
    ];

    // gh help pr view, "JSON fields". Owner and repository are null if the fork was deleted.
    private HeadBranch? OfGitHub(JsonElement? found)
    {
        if (found is not { } pull)
            return null;
        LetsOthersPush = !pull.GetProperty("isCrossRepository").GetBoolean()
            || pull.GetProperty("maintainerCanModify").GetBoolean();
        return pull.GetProperty("headRepositoryOwner") is { ValueKind: JsonValueKind.Object } owner
            && pull.GetProperty("headRepository") is { ValueKind: JsonValueKind.Object } repository
                ? Of(
                    pull.GetProperty("headRefName").GetString()!,
                    owner.GetProperty("login").GetString()!,
                    repository.GetProperty("name").GetString()!)
                : Fail("the fork that it came from is gone");
    }

    // docs.gitlab.com "Merge requests API", "Retrieve a merge request", and "Projects API".
    private HeadBranch? OfGitLab(JsonElement? found, Func<long, JsonElement?> askProject)
    {
        if (found is not { } merge)
            return null;
        var branch = merge.GetProperty("source_branch").GetString()!;
        if (merge.GetProperty("source_project_id") is not { ValueKind: JsonValueKind.Number } source)
            return Fail("the fork that it came from is gone");
        if (source.GetInt64() == merge.GetProperty("target_project_id").GetInt64())
            return Of(branch, fork: null);
        LetsOthersPush = !merge.TryGetProperty("allow_collaboration", out var allows)
            || allows.ValueKind != JsonValueKind.False;
        return askProject(source.GetInt64()) is { } project
            ? Of(branch, project.GetProperty("path_with_namespace").GetString()!)
            : null;
    }

    private HeadBranch? Of(string branch, string owner, string name) => Of(branch, $"{owner}/{name}");

    private HeadBranch? Of(string branch, string? fork)
    {
        var repository = key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..];
        var path = fork is null || fork.Equals(repository, StringComparison.OrdinalIgnoreCase) ? repository : fork;
        var slash = path.LastIndexOf('/');
        var (owner, name) = (path[..Math.Max(slash, 0)], path[(slash + 1)..]);
        if (!WantedRef.IsBranchName(branch) || !ForkAddress.IsOwner(owner) || !ForkAddress.IsRepositoryName(name))
            return Fail("its branch has a name that cannot be used");
        if (path == repository)
            return new HeadBranch(branch, owner, Fork: null);
        return ForkAddress.Of(url, owner, name) is { } address
            ? new HeadBranch(branch, owner, new ForkBranch(address, branch))
            : Fail("the address of the repository has no owner in it");
    }

    private HeadBranch? Fail(string why)
    {
        Problem = why;
        return null;
    }
}
