using Gitproc.Git.Reading;
using Gitproc.Reports;

namespace Gitproc.Repositories;

/// <summary>The ref to check out, and the branch to create.</summary>
/// <param name="Name">A branch, tag, commit, full name of a ref or revision; null for the default branch.</param>
/// <param name="NewBranch">The branch to begin there; null for none.</param>
internal sealed record WantedRef(string? Name, string? NewBranch)
{
    private const string Heads = "refs/heads/";

    // Fewer digits fit commits by chance. git abbreviates to seven or more.
    private const int MinAbbreviation = 7;

    // SHA-256.
    private const int MaxId = 64;

    /// <summary>The beginning of the id of the commit that must be there; null for any.</summary>
    public string? Expected { get; init; }

    /// <summary>The branch of a pull request that the checkout continues; null for none.</summary>
    public HeadBranch? Head { get; init; }

    /// <summary>True if the commit is fetched from the fork of <see cref="Head"/>.</summary>
    public bool IsInFork { get; init; }

    /// <summary>True if it is the commit of a clone of the caller's.</summary>
    public bool IsOwn { get; init; }

    /// <summary>What the user knows it by; null for the default branch.</summary>
    public string? Shown => IsInFork ? Head!.ToString() : Name;

    /// <summary>True if a branch can have a name (git-check-ref-format(1), <c>--branch</c>).</summary>
    public static bool IsBranchName(string text) =>
        BaseRefs.IsName(text)
        && text is not ("HEAD" or "@")
        && !text.Split('/').Any(part => part.EndsWith(".lock", StringComparison.Ordinal));

    /// <param name="text">A name, or a refspec <c>NAME:BRANCH</c> (git-fetch(1)); null for the default branch.</param>
    /// <param name="newBranch">The branch to begin there; null for none.</param>
    public static WantedRef Parse(string? text, string? newBranch)
    {
        var colon = text?.LastIndexOf(':') ?? -1;
        if (colon < 0
            || text!.Contains("^{/", StringComparison.Ordinal)
            || text.StartsWith(":/", StringComparison.Ordinal))
            return Checked(text, newBranch, text);
        if (newBranch is not null)
        {
            throw Invalid(
                text, $"The refspec '{text}' names a branch, and so does the new branch '{newBranch}'. Name one.");
        }

        var (name, branch) = (text[..colon].TrimStart('+'), text[(colon + 1)..]);
        return Checked(
            name, branch.StartsWith(Heads, StringComparison.Ordinal) ? branch[Heads.Length..] : branch, text);
    }

    /// <summary>Adds the commit that must be there.</summary>
    /// <param name="commit">Its id, or the first 7 digits or more; null for any.</param>
    public WantedRef Expecting(string? commit) =>
        commit is null
        || (commit.Length is >= MinAbbreviation and <= MaxId && commit.All(char.IsAsciiHexDigit))
            ? this with { Expected = commit }
            : throw Invalid(
                commit, $"'{commit}' is not a commit that can be expected. Give its id, or the first 7 digits or more.");

    /// <summary>True if a target is at the expected commit, or any commit will do.</summary>
    public bool IsAt(Target target) =>
        Expected is null || target.Commit?.StartsWith(Expected, StringComparison.OrdinalIgnoreCase) == true;

    private static WantedRef Checked(string? name, string? branch, string? text)
    {
        if (name is not null && (string.IsNullOrWhiteSpace(name) || name[0] == '-' || name.Any(char.IsControl)))
            throw Invalid(text, $"'{text}' is not a valid name of a branch, tag, commit or ref.");
        if (branch is not null && !IsBranchName(branch))
            throw Invalid(branch, $"'{branch}' cannot be the name of a branch.");
        return new WantedRef(name, branch);
    }

    private static GitprocException Invalid(string? target, string message) =>
        new(ErrorReason.InvalidRef, message, target);
}
