using Gitproc.Git.Untrusted;

namespace Gitproc.Checkouts.Looking;

/// <summary>How the work tree of a checkout differs from its commit, and the commit from the remote's.</summary>
/// <param name="Head">What it has checked out.</param>
/// <param name="IsDirty">Whether files are changed, removed or new.</param>
/// <param name="Ahead">How many commits the branch of its name on the remote does not have; null when there is no such branch.</param>
/// <param name="Behind">How many commits that one has and it has not; null when there is no such branch.</param>
internal sealed record WorkStatus(Head Head, bool IsDirty, int? Ahead, int? Behind);
