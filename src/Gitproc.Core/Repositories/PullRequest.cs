using Gitproc.Reports;

namespace Gitproc.Repositories;

/// <summary>
/// A pull request as a caller names it: <c>123</c>, the URL of its page, or <c>owner:branch</c> as GitHub shows the
/// branch that it is made of.
/// </summary>
internal sealed record PullRequest
{
    private const string Expected = "Give its number, the URL of its page, or OWNER:BRANCH of the fork.";

    private PullRequest()
    {
    }

    /// <summary>The number; null if the branch is named.</summary>
    public string? Number { get; private init; }

    /// <summary>The page; null if it is not named by its URL.</summary>
    public PullRequestPage? Page { get; private init; }

    /// <summary>The owner of the fork, and the branch; null if it is named in another way.</summary>
    public (string Owner, string Branch)? Head { get; private init; }

    /// <summary>Reads what a caller asks for.</summary>
    /// <param name="repository">The repository, which may be the URL of the page; null for that of the caller.</param>
    /// <param name="text">The pull request; null if none is named otherwise.</param>
    /// <returns>The pull request; null if none is meant.</returns>
    public static PullRequest? Read(string? repository, string? text)
    {
        var page = repository is null ? null : PullRequestPage.TryParse(repository);
        if (text is null)
            return page is null ? null : Of(page);
        return page is null
            ? Parse(text)
            : throw new GitprocException(
                ErrorReason.ConflictingOptions,
                "The repository is the URL of a pull request, and another one is named.");
    }

    private static PullRequest Of(PullRequestPage page) => new() { Number = page.Number, Page = page };

    private static PullRequest Parse(string text)
    {
        if (PullRequestPage.IsNumber(text))
            return new PullRequest { Number = text };
        if (PullRequestPage.TryParse(text) is { } page)
            return Of(page);
        // A URL may hold a password, and is not shown.
        if (text.Contains("://", StringComparison.Ordinal))
            throw Invalid(null, $"The URL is not one of a pull request. {Expected}");
        return text.Split(':') is [var owner, var branch]
            && ForkAddress.IsOwner(owner)
            && WantedRef.IsBranchName(branch)
            ? new PullRequest { Head = (owner, branch) }
            : throw Invalid(text, $"'{text}' is not a pull request. {Expected}");
    }

    private static GitprocException Invalid(string? target, string message) =>
        new(ErrorReason.InvalidRef, message, target);
}

/// <summary>A ref under which a host keeps a pull request, and the program that knows more of it.</summary>
/// <param name="Program">The name of the program; null if there is none.</param>
internal sealed record PullRequestRef(string Name, string? Program)
{
    /// <summary>The program of GitHub.</summary>
    public const string GitHubProgram = "gh";

    /// <summary>The program of GitLab.</summary>
    public const string GitLabProgram = "glab";

    // docs.github.com "Checking out pull requests locally"
    public static PullRequestRef GitHub(string number) => new($"refs/pull/{number}/head", GitHubProgram);

    // docs.gitea.com "Pull Request"
    public static PullRequestRef Gitea(string number) => new($"refs/pull/{number}/head", Program: null);

    // docs.gitlab.com "Merge requests workflows", "Check out merge requests locally"
    public static PullRequestRef GitLab(string number) => new($"refs/merge-requests/{number}/head", GitLabProgram);

    // learn.microsoft.com "Build Azure Repos Git repositories": the merge into the target branch. It has no other ref.
    public static PullRequestRef AzureDevOps(string number) => new($"refs/pull/{number}/merge", Program: null);

    // Bitbucket Server and Data Center. Bitbucket Cloud has none.
    public static PullRequestRef Bitbucket(string number) => new($"refs/pull-requests/{number}/from", Program: null);

    /// <summary>Tells the ref of a well-known host.</summary>
    /// <returns>The ref; null if the host is another one.</returns>
    public static PullRequestRef? OfHost(string host, string number) => host switch
    {
        "github.com" => GitHub(number),
        "gitlab.com" => GitLab(number),
        "codeberg.org" or "gitea.com" => Gitea(number),
        Repositories.AzureDevOps.Host => AzureDevOps(number),
        _ => null,
    };

    /// <summary>All refs that a host may have for a pull request, in the order in which they count.</summary>
    public static IReadOnlyList<PullRequestRef> All(string number) =>
        [GitHub(number), GitLab(number), Bitbucket(number), AzureDevOps(number)];
}
