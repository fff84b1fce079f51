using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace Gitproc.PowerShell.Loading;

/// <summary>
/// Replaces aliases of a session and restores them: gp when the module is imported, r and ls on request. The module
/// cannot export gp, because a module cannot export an alias over a read-only one.
/// </summary>
internal static class SessionAliases
{
    private const string Utility = "Microsoft.PowerShell.Commands.Utility";

    // The replaced alias by name, or null if there was none. Each session has its own, as several sessions of a process
    // may import the module.
    private static readonly ConditionalWeakTable<Runspace, Dictionary<string, AliasInfo?>> Replaced = [];

    private static readonly CmdletInfo SetAlias = StockCmdlet("Set-Alias", "SetAliasCommand");

    private static readonly CmdletInfo GetAlias = StockCmdlet("Get-Alias", "GetAliasCommand");

    private static Dictionary<string, AliasInfo?> OfSession =>
        Replaced.GetValue(Runspace.DefaultRunspace, static _ => new(StringComparer.OrdinalIgnoreCase));

    /// <summary>
    /// The aliases that are set only on request, because every session already uses r and ls for other commands.
    /// </summary>
    public static IReadOnlyList<(string Name, string Value)> Optional { get; } =
    [("r", "Exit-GitprocCheckout"), ("ls", "Get-GitprocCheckout")];

    /// <summary>
    /// Makes a cmdlet of PowerShell callable without loading its module, which would take longer than importing
    /// Gitproc.
    /// </summary>
    public static CmdletInfo StockCmdlet(string name, string type) =>
        new(name, Type.GetType($"Microsoft.PowerShell.Commands.{type}, {Utility}", throwOnError: true)!);

    /// <summary>Sets an alias for the whole session, if it is not set yet.</summary>
    public static void Set(string name, string value)
    {
        if (OfSession.ContainsKey(name))
            return;
        const string Script =
            "& $args[1] -Name $args[2] -Scope Global -ErrorAction Ignore; & $args[0] -Name $args[2] -Value $args[3] -Scope Global -Force";
        OfSession[name] =
            ScriptBlock.Create(Script).Invoke(SetAlias, GetAlias, name, value).FirstOrDefault()?.BaseObject
            as AliasInfo;
    }

    /// <summary>
    /// Restores the alias that <see cref="Set"/> replaced. If the user has changed the alias since, it stays.
    /// </summary>
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
        // Runs in a session state outside the module: what is set inside it disappears with the module.
        new PSModuleInfo(linkToGlobal: true)
            .NewBoundScriptBlock(ScriptBlock.Create(Script))
            .Invoke(SetAlias, name, value, before);
    }
}
