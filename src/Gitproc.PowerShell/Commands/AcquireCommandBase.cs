using System.Collections;
using System.Management.Automation;
using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;
using Gitproc.Reports;

namespace Gitproc.PowerShell.Commands;

/// <summary>The parameters of all cmdlets that acquire.</summary>
public abstract class AcquireCommandBase : GitprocCommand
{
    /// <summary>Fail if no checkout is free, instead of making one.</summary>
    [Parameter]
    public SwitchParameter NoCreate { get; set; }

    /// <summary>The most checkouts of the repository that the pool may have. If omitted, the setting applies.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? MaxCheckouts { get; set; }

    /// <summary>
    /// The most checkouts of the repository that may be held at once. If omitted, the setting applies.
    /// </summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? MaxLocked { get; set; }

    /// <summary>
    /// The pull request to check out: its number, its URL, or OWNER:BRANCH of a fork. Where the branch is known, git
    /// push goes back to it.
    /// </summary>
    [Parameter]
    [Alias("Pr")]
    [ValidateNotNullOrEmpty]
    public string? PullRequest { get; set; }

    /// <summary>
    /// The commit that must be there, by its id or the first 7 digits or more. If it is another one, the cmdlet fails.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Expect { get; set; }

    /// <summary>Fetch first, even if the last fetch is recent.</summary>
    [Parameter]
    public SwitchParameter Fetch { get; set; }

    /// <summary>Do not fetch: use what the pool already has.</summary>
    [Parameter]
    public SwitchParameter NoFetch { get; set; }

    /// <summary>
    /// Which files of the last holder are removed: those that git does not ignore, ignored files too, or none. If
    /// omitted, the setting gitproc.clean applies.
    /// </summary>
    [Parameter]
    public CleanMode? Clean { get; set; }

    /// <summary>
    /// The required kind. A worktree shares branches, stash and config with others of its kind. If omitted, the setting
    /// gitproc.kind applies, or any kind.
    /// </summary>
    [Parameter]
    public CheckoutKind? Kind { get; set; }

    /// <summary>
    /// Fill the submodules, nested ones too. -Submodule:$false leaves them empty. If omitted, the setting
    /// gitproc.submodules applies.
    /// </summary>
    [Parameter]
    [Alias("Submodules")]
    public SwitchParameter Submodule { get; set; }

    /// <summary>
    /// Have only the files of these folders of the repository, and those in folders above them.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Sparse { get; set; } = [];

    /// <summary>
    /// Have the contents of LFS files. -Lfs:$false leaves their pointers. If omitted, the setting gitproc.lfs applies.
    /// </summary>
    [Parameter]
    public SwitchParameter Lfs { get; set; }

    /// <summary>Run none of your hooks.</summary>
    [Parameter]
    [Alias("NoHooks")]
    public SwitchParameter NoHook { get; set; }

    /// <summary>
    /// Copy files that git ignores, such as .env, even if what is checked out is no branch or tag of the remote. If
    /// omitted, the settings gitproc.copy and gitproc.copyFrom apply.
    /// </summary>
    [Parameter]
    public SwitchParameter Copy { get; set; }

    /// <summary>Copy no files that git ignores.</summary>
    [Parameter]
    public SwitchParameter NoCopy { get; set; }

    /// <summary>
    /// Bring the uncommitted changes of the clone around the session's location along. Without -Ref, the checkout is at
    /// its commit and branch.
    /// </summary>
    [Parameter]
    public SwitchParameter Carry { get; set; }

    /// <summary>Acquire the checkout of this name, and no other.</summary>
    [Parameter]
    [Alias("Checkout")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CheckoutNameCompleter))]
    public string? Name { get; set; }

    /// <summary>Wait if no checkout is free. Requests are served in the order in which they came.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Wait, but no longer than this: a number of seconds, or a time such as 30m.</summary>
    [Parameter]
    [Seconds]
    [ValidateRange(0, int.MaxValue)]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public int? TimeoutSec { get; set; }

    /// <summary>What the checkout is for. Lists show it.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(LabelCompleter))]
    public string? Label { get; set; }

    /// <summary>Names and values to show with the lease.</summary>
    [Parameter]
    public IDictionary? Environment { get; set; }

    private protected override bool FailureEndsStatement => true;

    /// <summary>Refuses parameters that exclude each other or are not valid, before anything changes.</summary>
    private protected void CheckParameters()
    {
        RefuseBoth(Fetch && NoFetch, nameof(Fetch), nameof(NoFetch));
        RefuseBoth(Copy && NoCopy, nameof(Copy), nameof(NoCopy));
        foreach (var name in Environment
                ?.Keys.Cast<object>()
                .Select(key => $"{key}")
                .Where(name => name.Length == 0 || name.Contains('=', StringComparison.Ordinal))
                ?? [])
            Refuse(
                new GitprocException(
                    ErrorReason.InvalidEnvironment,
                    $"'{name}' is not a valid name in -Environment: it must not be empty or contain '='.",
                    name));
    }

    /// <summary>What to acquire, by the parameters that are here.</summary>
    private protected AcquireRequest Request(string? repository, string? wantedRef, string? newBranch) => new()
    {
        Repository = repository,
        WorkingDirectory = Location,
        NoCreate = NoCreate,
        NoHooks = NoHook,
        Submodules = IfGiven(nameof(Submodule), Submodule),
        SparseFolders = Sparse,
        Lfs = IfGiven(nameof(Lfs), Lfs),
        Copy = Copy ? true : NoCopy ? false : null,
        Carry = Carry,
        MaxCheckouts = MaxCheckouts,
        MaxLocked = MaxLocked,
        Ref = wantedRef,
        PullRequest = PullRequest,
        NewBranch = newBranch,
        Expect = Expect,
        Fetch = Fetch ? FetchPolicy.Always : NoFetch ? FetchPolicy.Never : FetchPolicy.WhenOld,
        Clean = Clean,
        Kind = Kind,
        Name = Name,
        Wait = TimeoutSec is { } seconds ? TimeSpan.FromSeconds(seconds) : Wait ? Timeout.InfiniteTimeSpan : null,
        Terms = new LeaseTerms
        {
            Owner = null,
            Label = Label,
            Environment = Environment?.Keys.Cast<object>().ToDictionary(key => $"{key}", key => $"{Environment[key]}"),
        },
    };

    private bool? IfGiven(string name, SwitchParameter value) =>
        MyInvocation.BoundParameters.ContainsKey(name) ? value.IsPresent : null;
}
