using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace Gitproc.PowerShell.Loading;

/// <summary>
/// Replaces aliases of a session and restores them: gp when the module is imported, r and ls on request. The module
/// cannot export gp, because a module cannot export an alias over a read-only one. The aliases that it exports replace
/// the user's own, which PowerShell does not restore either.
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

    /// <summary>The aliases that the module exports.</summary>
    public static IReadOnlyList<(string Name, string Value)> Exported { get; } =
    [("a", "Invoke-GitprocAcquire"), ("gitproc", "Invoke-Gitproc"), ("list", "Get-GitprocCheckout")];

    /// <summary>
    /// Makes a cmdlet of PowerShell callable without loading its module, which would take longer than importing
    /// Gitproc.
    /// </summary>
    public static CmdletInfo StockCmdlet(string name, string type) =>
        new(name, Type.GetType($"Microsoft.PowerShell.Commands.{type}, {Utility}", throwOnError: true)!);

    /// <summary>
    /// Remembers the aliases that the exported ones are about to replace, so that <see cref="Restore"/> finds them.
    /// </summary>
    public static void RememberReplaced()
    {
        foreach (var before in Find([.. Exported.Select(alias => alias.Name)]))
            OfSession.TryAdd(before.Name, before);
    }

    /// <summary>Sets an alias for the whole session, if it is not set yet.</summary>
    public static void Set(string name, string value)
    {
        if (!OfSession.TryAdd(name, Find(name).FirstOrDefault()))
            return;
        ScriptBlock.Create("& $args[0] -Name $args[1] -Value $args[2] -Scope Global -Force")
            .Invoke(SetAlias, name, value);
    }

    /// <summary>
    /// Restores the alias that was replaced. If the user has changed the alias since, it stays.
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

    private static IEnumerable<AliasInfo> Find(params string[] names) =>
        ScriptBlock.Create("& $args[0] -Name $args[1] -Scope Global -ErrorAction Ignore")
            .Invoke(GetAlias, names)
            .Select(alias => (AliasInfo)alias.BaseObject);
}
