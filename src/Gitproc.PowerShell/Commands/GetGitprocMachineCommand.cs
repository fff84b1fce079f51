using System.Management.Automation;
using Gitproc.Reports;

namespace Gitproc.PowerShell.Commands;

/// <summary>Lists the machines of the fleet that this machine belongs to.</summary>
[Cmdlet(VerbsCommon.Get, "GitprocMachine", HelpUri = HelpPage.Folder + "Get-GitprocMachine.md")]
[OutputType(typeof(FleetMachine))]
public sealed class GetGitprocMachineCommand : GitprocCommand
{
    /// <summary>Names, with wildcards. If omitted, all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Machine")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => WithPool(pool =>
    {
        var machines = pool.FleetView.ListMachines(Cancellation);
        foreach (var name in Name ?? ["*"])
            Attempt(() => WriteObject(Find(name, machines), enumerateCollection: true));
    });

    private static List<FleetMachine> Find(string name, IReadOnlyList<FleetMachine> machines)
    {
        var pattern = WildcardNames.Read(name);
        List<FleetMachine> found = [.. machines.Where(machine => pattern.IsMatch(machine.Name))];
        return found.Count > 0 || WildcardPattern.ContainsWildcardCharacters(name)
            ? found
            : throw new GitprocException(
                ErrorReason.FleetNotUsable, $"The fleet has no machine '{name}'. See Get-GitprocMachine.", name);
    }
}
