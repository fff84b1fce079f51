namespace Gitproc.Git.Reading;

/// <summary>What to check out.</summary>
/// <param name="Branch">The branch, without <c>refs/heads/</c>; null for a detached HEAD.</param>
/// <param name="Commit">
/// The full id of the commit; null in a repository without commits, where <paramref name="Branch"/> is unborn.
/// </param>
/// <param name="IsBegun">True if the branch is created for this checkout.</param>
internal sealed record Target(string? Branch, string? Commit, bool HasUpstream, bool IsBegun = false)
{
    /// <summary>Which files of the commit.</summary>
    public FileSelection Files { get; init; } = FileSelection.All;

    /// <summary>The branch of a fork that is the upstream; null if that is the remote's of the same name.</summary>
    public ForkBranch? Fork { get; init; }

    /// <summary>
    /// Adapts the target to a kind of checkout. git checks out a branch in only one worktree, so a worktree has a
    /// detached HEAD unless the branch is created for it.
    /// </summary>
    public Target In(CheckoutKind kind) =>
        kind == CheckoutKind.Worktree && HasUpstream
            ? this with { Branch = IsBegun ? Branch : null, HasUpstream = false, IsBegun = false, Fork = null }
            : this;
}

/// <summary>A branch of a fork.</summary>
/// <param name="Url">The URL of the fork, without a password.</param>
/// <param name="Name">The branch, without <c>refs/heads/</c>.</param>
internal sealed record ForkBranch(string Url, string Name);
