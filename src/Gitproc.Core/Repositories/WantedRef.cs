using Gitproc.Reports;

namespace Gitproc.Repositories;

/// <summary>The ref to check out, and the branch to create.</summary>
/// <param name="Name">A branch, tag, commit, full name of a ref or revision; null for the default branch.</param>
/// <param name="NewBranch">The branch to begin there; null for none.</param>
internal sealed record WantedRef(string? Name, string? NewBranch)
{
    private const string Heads = "refs/heads/";

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

    private static WantedRef Checked(string? name, string? branch, string? text)
    {
        if (name is not null && (string.IsNullOrWhiteSpace(name) || name[0] == '-' || name.Any(char.IsControl)))
            throw Invalid(text, $"'{text}' is not a valid name of a branch, tag, commit or ref.");
        // git-check-ref-format(1), --branch.
        if (branch is not null
            && (
                !BaseRefs.IsName(branch)
                || branch is "HEAD" or "@"
                || branch.Split('/').Any(part => part.EndsWith(".lock", StringComparison.Ordinal))))
            throw Invalid(branch, $"'{branch}' cannot be the name of a branch.");
        return new WantedRef(name, branch);
    }

    private static GitprocException Invalid(string? target, string message) =>
        new(ErrorReason.InvalidRef, message, target);
}
