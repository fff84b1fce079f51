using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Gitproc.PowerShell.Commands;

namespace Gitproc.PowerShell.Loading;

/// <summary>
/// What importing the module does to a session, before any cmdlet runs, and what removing it gives back. There is no script for it: reading
/// one takes longer than all else here.
/// </summary>
public sealed class OnImport : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    void IModuleAssemblyInitializer.OnImport()
    {
        // This loads the types that scripts may name, before the first cmdlet would.
        _ = typeof(Checkout).Assembly;
        DependencyContext.Use(Path.GetDirectoryName(typeof(OnImport).Assembly.Location)!);
        if (Runspace.DefaultRunspace.SessionStateProxy.LanguageMode == PSLanguageMode.FullLanguage)
            Prepare();
        else
            ScriptBlock.Create("Write-Warning 'In a session of constrained language Gitproc has its cmdlets alone: no gp, no gitproc, no Use-GitprocCheckout.'").Invoke();
    }

    /// <inheritdoc/>
    void IModuleAssemblyCleanup.OnRemove(PSModuleInfo psModuleInfo)
    {
        foreach (var (name, value) in SessionAliases.Optional)
            SessionAliases.Restore(name, value);
        SessionAliases.Restore("gp", "Invoke-Gitproc");
    }

    private static void Prepare()
    {
        // Invoke-Gitproc cannot make it with more rights than its session has. Bound to no module: all sessions of the process share it.
        ShortCommands.Pipeline = ScriptBlock.Create("param($Target, $Positional, $Named) & $Target @Positional @Named");
        UseGitprocCheckoutCommand.Prepare();
        ScriptBlock.Create("& $args[0] -TypeData $args[1] -Force").Invoke(SessionAliases.StockCmdlet("Update-TypeData", "UpdateTypeDataCommand"), TableColumns.All());
        SessionAliases.Set("gp", "Invoke-Gitproc");
    }
}
