using System.Collections;
using System.Management.Automation;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>The parameters that all cmdlets have that acquire.</summary>
public abstract class AcquireCommandBase : GitprocCommand
{
    /// <summary>Fail when none is free instead of making one.</summary>
    [Parameter]
    public SwitchParameter NoCreate { get; set; }

    /// <summary>Make at most this many for the repository.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? MaxCheckouts { get; set; }

    /// <summary>Fetch first, however short ago that was done.</summary>
    [Parameter]
    public SwitchParameter Fetch { get; set; }

    /// <summary>Do not fetch: what is there must do.</summary>
    [Parameter]
    public SwitchParameter NoFetch { get; set; }

    /// <summary>
    /// What is taken away of what the last holder left: all that git does not ignore, ignored files too, or nothing.
    /// The setting gitproc.clean, when not given.
    /// </summary>
    [Parameter]
    public CleanMode? Clean { get; set; }

    /// <summary>
    /// The required kind. A worktree shares branches, stash and config with others of its kind. If omitted, the setting
    /// gitproc.kind applies, or any kind.
    /// </summary>
    [Parameter]
    public CheckoutKind? Kind { get; set; }

    /// <summary>Only the checkout of this name will do.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CheckoutNameCompleter))]
    public string? Name { get; set; }

    /// <summary>Wait when none is free, first come, first served.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Wait no longer than so many seconds.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? TimeoutSec { get; set; }

    /// <summary>What the checkout is for; shown to others.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(LabelCompleter))]
    public string? Label { get; set; }

    /// <summary>Names and values to show with the lease.</summary>
    [Parameter]
    public IDictionary? Environment { get; set; }
}
