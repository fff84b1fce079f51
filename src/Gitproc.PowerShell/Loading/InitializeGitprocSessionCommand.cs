using System.Collections;
using System.Management.Automation;

namespace Gitproc.PowerShell.Loading;

/// <summary>
/// What importing the module does to a session. The module's script calls it, and nobody else can. It is a cmdlet, as the first method
/// or property that a script calls in a process makes PowerShell compile code, which takes longer than all else here.
/// </summary>
[Cmdlet(VerbsData.Initialize, "GitprocSession")]
[OutputType(typeof(Hashtable))]
public sealed class InitializeGitprocSessionCommand : PSCmdlet
{
    private const string Utility = "Microsoft.PowerShell.Commands.Utility";

    private static readonly string[] Functions = ["Function:Disable-GitprocAlias", "Function:Enable-GitprocAlias", "Function:Use-GitprocCheckout"];

    /// <summary>Set-Alias, whether its module is loaded or not.</summary>
    public static CmdletInfo SetAlias { get; } = StockCmdlet("Set-Alias", "SetAliasCommand");

    /// <summary>What is done when the module is removed from the session.</summary>
    [Parameter(Mandatory = true)]
    public ScriptBlock? OnRemove { get; set; }

    /// <summary>Prepares the session. Emits the aliases that are set over others: what was there before by name, or null.</summary>
    protected override void EndProcessing()
    {
        var replaced = new Hashtable(StringComparer.OrdinalIgnoreCase);
        if (SessionState.LanguageMode == PSLanguageMode.FullLanguage)
        {
            Prepare(replaced);
        }
        else
        {
            // Half of what they do would be refused there, the question of -WhatIf for one.
            WriteWarning("In a session of constrained language Gitproc has its cmdlets alone: no gp, no gitproc, no Use-GitprocCheckout.");
            InvokeProvider.Item.Remove(Functions, recurse: false, force: true, literalPath: true);
        }

        WriteObject(replaced);
    }

    private static CmdletInfo StockCmdlet(string name, string type) =>
        new(name, Type.GetType($"Microsoft.PowerShell.Commands.{type}, {Utility}", throwOnError: true)!);

    private void Prepare(Hashtable replaced)
    {
        // Invoke-Gitproc cannot make it with more rights than its session has. Bound to no module: all sessions of the process share it.
        ShortCommands.Pipeline = ScriptBlock.Create("param($Target, $Positional, $Named) & $Target @Positional @Named");
        replaced["gp"] = InvokeCommand.GetCommand("gp", CommandTypes.Alias);
        // No cmdlet of a stock module is called by its name: that would load the stock module first, which takes longer than this one.
        // A module cannot export an alias over a read-only one, and gp is one.
        InvokeCommand.InvokeScript(
            useLocalScope: true,
            ScriptBlock.Create("param($UpdateTypeData, $Types, $SetAlias) & $UpdateTypeData -TypeData $Types -Force; & $SetAlias -Name gp -Value Invoke-Gitproc -Scope Global -Force"),
            input: null,
            StockCmdlet("Update-TypeData", "UpdateTypeDataCommand"),
            TableColumns.All(),
            SetAlias);
        // These are the module's, which exports them.
        InvokeProvider.Item.Set("Alias:gitproc", "Invoke-Gitproc");
        InvokeProvider.Item.Set("Alias:a", "Invoke-GitprocAcquire");
        InvokeProvider.Item.Set("Alias:list", "Get-GitprocCheckout");
        SessionState.Module.OnRemove = OnRemove;
    }
}
