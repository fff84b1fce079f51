using System.Collections;
using System.Management.Automation;

namespace Gitproc.PowerShell.Loading;

/// <summary>
/// What importing the module does to a session. Called by its script, which has the session and is of full language; done here, as
/// what a script does for the first time in a process takes PowerShell much longer.
/// </summary>
public static class ModuleSession
{
    private const string Utility = "Microsoft.PowerShell.Commands.Utility";

    /// <summary>Set-Alias, whether its module is loaded or not.</summary>
    public static CmdletInfo SetAlias { get; } = StockCmdlet("Set-Alias", "SetAliasCommand");

    /// <summary>Prepares the session, and says what is done when the module is removed from it.</summary>
    /// <param name="engine">The script's.</param>
    /// <param name="onRemove">What is done then.</param>
    /// <returns>The aliases that were set over others: what was there before by name, or null.</returns>
    public static Hashtable Begin(EngineIntrinsics engine, ScriptBlock onRemove)
    {
        // Invoke-Gitproc cannot make it with more rights than its session has. Bound to no module: all sessions of the process share it.
        ShortCommands.Pipeline = ScriptBlock.Create("param($Target, $Positional, $Named) & $Target @Positional @Named");
        var replaced = new Hashtable(StringComparer.OrdinalIgnoreCase) { ["gp"] = engine.InvokeCommand.GetCommand("gp", CommandTypes.Alias) };
        // No cmdlet of a stock module is called by its name: that would load the stock module first, which takes longer than this one.
        // A module cannot export an alias over a read-only one, and gp is one.
        engine.InvokeCommand.InvokeScript(
            useLocalScope: true,
            ScriptBlock.Create("param($UpdateTypeData, $Types, $SetAlias) & $UpdateTypeData -TypeData $Types -Force; & $SetAlias -Name gp -Value Invoke-Gitproc -Scope Global -Force"),
            input: null,
            StockCmdlet("Update-TypeData", "UpdateTypeDataCommand"),
            TableColumns.All(),
            SetAlias);
        engine.SessionState.Module.OnRemove = onRemove;
        return replaced;
    }

    private static CmdletInfo StockCmdlet(string name, string type) =>
        new(name, Type.GetType($"Microsoft.PowerShell.Commands.{type}, {Utility}", throwOnError: true)!);
}
