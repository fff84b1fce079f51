namespace Gitproc.Git.Reading;

/// <summary>What is to be checked out.</summary>
/// <param name="Branch">The branch, without <c>refs/heads/</c>; null for a detached HEAD.</param>
/// <param name="Commit">The commit's full id; null in a repository without commits, of which the branch is the unborn one.</param>
/// <param name="HasUpstream">Whether the branch follows the one of its name in <c>origin</c>.</param>
/// <param name="IsBegun">Whether the branch is one that was asked for as a new one: of a worktree too.</param>
internal sealed record Target(string? Branch, string? Commit, bool HasUpstream, bool IsBegun = false)
{
    /// <summary>What is checked out for it in a kind of checkout: a worktree has no branch but one that was begun for it, as git has each checked out once only.</summary>
    /// <param name="kind">The kind.</param>
    /// <returns>The target.</returns>
    public Target In(CheckoutKind kind) => kind == CheckoutKind.Linked && HasUpstream ? new Target(IsBegun ? Branch : null, Commit, HasUpstream: false) : this;
}
