using System.Management.Automation;
using Gitproc.PowerShell.Completion;
using Gitproc.Terminal;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Shows who holds checkouts, who waits for them and what each is doing, until you press q or Ctrl+C. Without a
/// terminal, shows that once.
/// </summary>
[Cmdlet(VerbsCommon.Show, "GitprocPool", HelpUri = HelpPage.Folder + "Show-GitprocPool.md")]
[OutputType(typeof(string))]
public sealed class ShowGitprocPoolCommand : GitprocCommand
{
    /// <summary>Only this repository: a URL, a local path, or a name that the pool knows.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RepositoryCompleter))]
    public string? Repository { get; set; }

    /// <summary>
    /// The machines, the limits, the holders and the queue of the fleet, as they have last told. The repository is then
    /// a key, or the end of one.
    /// </summary>
    [Parameter]
    public SwitchParameter Fleet { get; set; }

    /// <summary>Emit the table once, one string for each line, as without a terminal.</summary>
    [Parameter]
    public SwitchParameter Once { get; set; }

    // Hosts other than the console may have no terminal, or read its keys themselves.
    private bool IsLive =>
        !Once && Host.Name == "ConsoleHost" && ConsoleScreen.IsThere && !CallingLine.IsCaptured(MyInvocation);

    /// <inheritdoc/>
    protected override void EndProcessing() => WithPool(pool =>
    {
        using ILiveSource source = Fleet
            ? new LiveFleet(pool.FleetView, Repository, Cancellation)
            : new LivePool(
                pool.Checkouts.Watch(Repository, Location, Cancellation), new CurrentCheckout(Location));
        if (!IsLive)
        {
            source.Read();
            WriteObject(TextTable.Join(source.Tables(width: null, hasColor: false)), enumerateCollection: true);
            return;
        }

        using var screen = new ConsoleScreen();
        new LiveView(source, screen, ShownText.TakesColor(Rendering)).Run(Cancellation);
    });

    private string Rendering =>
        $"{PSObject.AsPSObject(GetVariableValue("PSStyle")).Properties["OutputRendering"].Value}";
}
