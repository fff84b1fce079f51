namespace Gitproc.Original;

/// <summary>A row of <c>checkout_metadata</c>, the table of the original gitproc (github.com/TzviPM/gitproc, api.ts).</summary>
/// <param name="Checkout">The name of the checkout.</param>
/// <param name="Repository">Its repository, as it was written on the command line.</param>
/// <param name="ProcessId">The process that locked it, which often was the command itself; null when it is free.</param>
/// <param name="LockedAt">When, in UTC; null when it is free, or that cannot be read.</param>
/// <param name="IsLocked">Whether it is locked.</param>
internal sealed record OriginalRow(string Checkout, string Repository, int? ProcessId, DateTimeOffset? LockedAt, bool IsLocked);
