using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace Gitproc.PowerShell.Loading;

/// <summary>
/// The aliases that the module sets over those of a session, and gives back: gp at import, r and ls on request. A module cannot export an
/// alias over a read-only one, and gp is one.
/// </summary>
internal static class SessionAliases
{
    private const string Utility = "Microsoft.PowerShell.Commands.Utility";

    // What was there before by name, or null; by session, as a process may have several with the module.
    private static readonly ConditionalWeakTable<Runspace, Dictionary<string, AliasInfo?>> Replaced = [];

    private static readonly CmdletInfo SetAlias = StockCmdlet("Set-Alias", "SetAliasCommand");

    private static readonly CmdletInfo GetAlias = StockCmdlet("Get-Alias", "GetAliasCommand");

    private static Dictionary<string, AliasInfo?> OfSession => Replaced.GetValue(Runspace.DefaultRunspace, static _ => new(StringComparer.OrdinalIgnoreCase));

    /// <summary>Those that are set on request, as r and ls stand for commands that every session has.</summary>
    public static IReadOnlyList<(string Name, string Value)> Optional { get; } = [("r", "Exit-GitprocCheckout"), ("ls", "Get-GitprocCheckout")];

    /// <summary>
    /// Finds a cmdlet whether its module is loaded or not. By its name it would load the stock module first, which takes longer than this
    /// one.
    /// </summary>
    public static CmdletInfo StockCmdlet(string name, string type) =>
        new(name, Type.GetType($"Microsoft.PowerShell.Commands.{type}, {Utility}", throwOnError: true)!);

    /// <summary>Sets an alias for the whole session, unless that has been done.</summary>
    public static void Set(string name, string value)
    {
        if (OfSession.ContainsKey(name))
            return;
        const string Script = "& $args[1] -Name $args[2] -Scope Global -ErrorAction Ignore; & $args[0] -Name $args[2] -Value $args[3] -Scope Global -Force";
        OfSession[name] = ScriptBlock.Create(Script).Invoke(SetAlias, GetAlias, name, value).FirstOrDefault()?.BaseObject as AliasInfo;
    }

    /// <summary>Sets what was there before an alias of <see cref="Set"/>, unless somebody has set it to something else since: who did has the say.</summary>
    public static void Restore(string name, string value)
    {
        if (!OfSession.Remove(name, out var before))
            return;
        const string Script = """
            param($SetAlias, $Name, $Value, $Before)
            $now = Get-Alias -Name $Name -Scope Global -ErrorAction Ignore
            if (-not $now -or $now.Definition -ne $Value) { return }
            if ($Before) {
                & $SetAlias -Name $Name -Value $Before.Definition -Option $Before.Options -Description $Before.Description -Scope Global -Force
            } else {
                Remove-Item -LiteralPath "Alias:$Name" -Force
            }
            """;
        // In a session state that is not the module's: what the module itself sets goes with it.
        new PSModuleInfo(linkToGlobal: true).NewBoundScriptBlock(ScriptBlock.Create(Script)).Invoke(SetAlias, name, value, before);
    }
}
