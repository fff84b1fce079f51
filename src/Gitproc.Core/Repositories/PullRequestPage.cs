using System.Text.RegularExpressions;

namespace Gitproc.Repositories;

/// <summary>The page of a pull request on the web.</summary>
/// <param name="Repository">The URL of the repository that it is for.</param>
/// <param name="Ref">The ref under which the host keeps it; null if it keeps none.</param>
internal sealed partial record PullRequestPage(string Repository, string Number, PullRequestRef? Ref)
{
    // No host has more digits, and a number is part of a ref's name.
    private const int MaxDigits = 18;

    /// <summary>Reads the URL of a page, or of one below it, such as the changed files.</summary>
    /// <returns>The page; null if the text is another one.</returns>
    public static PullRequestPage? TryParse(string text)
    {
        if (Pattern().Match(text) is not { Success: true } match || !IsNumber(match.Groups["number"].Value))
            return null;
        var (site, path, number) = (
            match.Groups["site"].Value, match.Groups["path"].Value, match.Groups["number"].Value);
        var names = path.Split('/');
        var repository = $"{site}/{path}";
        return match.Groups["kind"].Value switch
        {
            "pull" when names.Length == 2 => new(repository, number, PullRequestRef.GitHub(number)),
            "pulls" when names.Length >= 2 => new(repository, number, PullRequestRef.Gitea(number)),
            "-/merge_requests" when names.Length >= 2 => new(repository, number, PullRequestRef.GitLab(number)),
            "pullrequest" when names.Contains("_git") => new(repository, number, PullRequestRef.AzureDevOps(number)),
            "pull-requests" => OfBitbucket(site, names, number),
            _ => null,
        };
    }

    /// <summary>True if a text can be the number of a pull request.</summary>
    public static bool IsNumber(string text) =>
        text is [>= '1' and <= '9', ..] && text.Length <= MaxDigits && text.All(char.IsAsciiDigit);

    // Bitbucket Cloud has owner/repo, and Server has projects/KEY/repos/repo or users/NAME/repos/repo, which it serves
    // as scm/KEY/repo and scm/~NAME/repo.
    private static PullRequestPage? OfBitbucket(string site, string[] names, string number) => names switch
    {
        [.. var before, "projects", var key, "repos", var name] => OfServer(site, before, key, name, number),
        [.. var before, "users", var user, "repos", var name] => OfServer(site, before, "~" + user, name, number),
        [var owner, var name] => new($"{site}/{owner}/{name}", number, Ref: null),
        _ => null,
    };

    private static PullRequestPage OfServer(string site, string[] before, string key, string name, string number) =>
        new(string.Join('/', [site, .. before, "scm", key, name + ".git"]), number, PullRequestRef.Bitbucket(number));

    [GeneratedRegex(
        @"^(?<site>https?://[^/]+)/(?<path>[^?#]+?)/"
            + @"(?<kind>-/merge_requests|pull|pulls|pullrequest|pull-requests)/(?<number>[0-9]+)([/?#].*)?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
