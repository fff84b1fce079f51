using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Gitproc.PowerShell.Commands;

namespace Gitproc.PowerShell.Loading;

/// <summary>
/// Prepares a session when the module is imported, before any cmdlet runs, and restores its aliases when the module is
/// removed. This is not a script, because parsing one would take longer than everything else here.
/// </summary>
public sealed class OnImport : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    void IModuleAssemblyInitializer.OnImport()
    {
        // Loads Gitproc.Model now, so that scripts can name its types before they run a cmdlet.
        _ = typeof(Checkout).Assembly;
        DependencyContext.Use(Path.GetDirectoryName(typeof(OnImport).Assembly.Location)!);
        if (Runspace.DefaultRunspace.SessionStateProxy.LanguageMode == PSLanguageMode.FullLanguage)
            Prepare();
        else
            ScriptBlock
                .Create(
                    "Write-Warning 'In constrained language mode gp, gitproc and Use-GitprocCheckout do not work. Use the other cmdlets of Gitproc.'"
                )
                .Invoke();
    }

    /// <inheritdoc/>
    void IModuleAssemblyCleanup.OnRemove(PSModuleInfo psModuleInfo)
    {
        foreach (var (name, value) in SessionAliases.Optional.Concat(SessionAliases.Exported))
            SessionAliases.Restore(name, value);
        SessionAliases.Restore("gp", "Invoke-Gitproc");
    }

    private static void Prepare()
    {
        // Made here, in full language: Invoke-Gitproc could only make it with the rights of its own session. It is not
        // bound to a module, because all sessions of the process share it.
        ShortCommands.Pipeline = ScriptBlock.Create("param($Target, $Positional, $Named) & $Target @Positional @Named");
        UseGitprocCheckoutCommand.Prepare();
        ScriptBlock
            .Create("& $args[0] -TypeData $args[1] -Force")
            .Invoke(SessionAliases.StockCmdlet("Update-TypeData", "UpdateTypeDataCommand"), TableColumns.All());
        SessionAliases.RememberReplaced();
        SessionAliases.Set("gp", "Invoke-Gitproc");
    }
}
