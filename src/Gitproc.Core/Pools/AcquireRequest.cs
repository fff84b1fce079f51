using Gitproc.Leases;

namespace Gitproc.Pools;

/// <summary>What to acquire.</summary>
public sealed record AcquireRequest
{
    /// <summary>
    /// A URL, a local path, a name that the pool knows, or the URL of a pull request; null for the <c>origin</c> of the
    /// repository that <see cref="WorkingDirectory"/> is in.
    /// </summary>
    public string? Repository { get; init; }

    /// <summary>The absolute path of the working directory.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The terms of the leases.</summary>
    public required LeaseTerms Terms { get; init; }

    /// <summary>The name of the required checkout; null for any.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// The required kind. If null, the setting applies, or any kind will do and a new one is a clone.
    /// </summary>
    public CheckoutKind? Kind { get; init; }

    /// <summary>The branch, tag, commit, ref or refspec to check out; null for the remote's default branch.</summary>
    public string? Ref { get; init; }

    /// <summary>
    /// The pull request to check out, instead of a ref: its number, its URL, or <c>owner:branch</c> of a fork; null for
    /// none.
    /// </summary>
    public string? PullRequest { get; init; }

    /// <summary>The branch to create there; null for none.</summary>
    public string? NewBranch { get; init; }

    /// <summary>
    /// The commit that must be there, by its id or the first 7 digits or more; null for any. If it is another one, the
    /// acquire fails.
    /// </summary>
    public string? Expect { get; init; }

    /// <summary>When to fetch.</summary>
    public FetchPolicy Fetch { get; init; }

    /// <summary>Which files of the last holder the cleaning removes; null for the setting.</summary>
    public CleanMode? Clean { get; init; }

    /// <summary>The number of checkouts, of which the caller gets all or none; 1 or more.</summary>
    public int Count { get; init; } = 1;

    /// <summary>True to end the processes that still run in a checkout whose lease is over, and take it over.</summary>
    public bool StopProcesses { get; init; }

    /// <summary>How long to wait until checkouts are available; null to fail at once.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>True to make no new checkout.</summary>
    public bool NoCreate { get; init; }

    /// <summary>
    /// True to fill the submodules of the checkouts, false to have them empty; null for the setting.
    /// </summary>
    public bool? Submodules { get; init; }

    /// <summary>
    /// The folders of the repository whose files the checkouts have, with the files in folders above them, as
    /// git-sparse-checkout(1) does it in cone mode; empty for all files.
    /// </summary>
    public IReadOnlyList<string> SparseFolders { get; init; } = [];

    /// <summary>True for the contents of LFS files, false for their pointers; null for the setting.</summary>
    public bool? Lfs { get; init; }

    /// <summary>
    /// True to get the checkout that the caller holds under the label of <see cref="Terms"/>, if there is one. It stays
    /// as it is.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>True to run no hook of the user.</summary>
    public bool NoHooks { get; init; }

    /// <summary>
    /// True to copy files that git ignores whatever is checked out, false to copy none. Null to copy them unless a
    /// stranger may have made what is checked out.
    /// </summary>
    public bool? Copy { get; init; }

    /// <summary>
    /// True to bring the uncommitted changes of the clone around <see cref="WorkingDirectory"/> along. Without a ref,
    /// the checkouts are then at the commit and branch of the clone.
    /// </summary>
    public bool Carry { get; init; }

    /// <summary>The most checkouts that the repository may have; null for the setting.</summary>
    public int? MaxCheckouts { get; init; }

    /// <summary>The most checkouts of the repository that may be held at once; null for the setting.</summary>
    public int? MaxLocked { get; init; }

    /// <summary>True if a rescue is put into the checkout, which may be of a stranger's commit.</summary>
    internal bool IsForRescue { get; init; }

    /// <summary>Finds what cannot be wanted together.</summary>
    /// <param name="namesPullRequest">True if a pull request is to be checked out.</param>
    /// <returns>A sentence; null if there is nothing.</returns>
    internal string? FindConflict(bool namesPullRequest) => this switch
    {
        { Name: not null, Count: > 1 } => "There is one checkout of a name.",
        { Resume: true, Count: > 1 } or { Resume: true, Terms.Label: null or "" } =>
            "To resume a checkout, give its label, and ask for one checkout.",
        { Resume: true, Expect: not null } =>
            "A checkout that is resumed stays as it is, so no commit is expected.",
        { Resume: true, Carry: true } => "A checkout that is resumed stays as it is, so nothing is brought along.",
        { Carry: true, SparseFolders.Count: > 0 } =>
            "Changes that are brought along may be in any folder, and only some are to be checked out.",
        { Ref: not null } when namesPullRequest => "A pull request and a ref exclude each other. Name one.",
        { Carry: true, Expect: not null, Ref: null } when !namesPullRequest =>
            "The checkout is to be at the commit of your clone, so no other one is expected. Name a ref.",
        _ => null,
    };
}
