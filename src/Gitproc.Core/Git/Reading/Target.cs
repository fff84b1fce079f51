namespace Gitproc.Git.Reading;

/// <summary>What is to be checked out.</summary>
/// <param name="Branch">The branch, without <c>refs/heads/</c>; null for a detached HEAD.</param>
/// <param name="Commit">The commit's full id; null in a repository without commits, of which the branch is the unborn one.</param>
internal sealed record Target(string? Branch, string? Commit, bool HasUpstream, bool IsBegun = false)
{
    /// <summary>What is checked out for it in a kind of checkout: a worktree has no branch but one that was begun for it, as git has each checked out once only.</summary>
    public Target In(CheckoutKind kind) => kind == CheckoutKind.Worktree && HasUpstream ? new Target(IsBegun ? Branch : null, Commit, HasUpstream: false) : this;
}
