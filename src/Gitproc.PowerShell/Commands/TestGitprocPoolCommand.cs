using System.Management.Automation;
using Gitproc.Pools;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Tells what is odd about the pool, git and the machine, and which command helps. It changes nothing. Paste what it
/// shows into a bug report.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "GitprocPool", HelpUri = HelpPage.Folder + "Test-GitprocPool.md")]
[OutputType(typeof(PoolFinding), typeof(bool))]
public sealed class TestGitprocPoolCommand : GitprocCommand
{
    /// <summary>Emit only if there is no problem: true or false.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing() => Attempt(() =>
    {
        var pool = new Pool(Pool is null ? null : FileSystemPath.Resolve(Pool, SessionState.Path));
        var request = new PoolCheckRequest
        {
            WorkingDirectory = Location,
            Host = $"PowerShell {Version} ({Host.Name})",
            SpellOption = OptionSpelling.Spell,
        };
        var findings = pool.Check.Run(request, Cancellation);
        if (Quiet)
            WriteObject(findings.All(finding => finding.State != FindingState.Problem));
        else
            WriteObject(findings, enumerateCollection: true);
    });

    private string Version => $"{(GetVariableValue("PSVersionTable") as System.Collections.IDictionary)?["PSVersion"]}";
}
