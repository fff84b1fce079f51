using System.Management.Automation;

namespace Gitproc.PowerShell.Loading;

/// <summary>What is done when PowerShell loads the cmdlets, before any of them runs.</summary>
public sealed class OnImport : IModuleAssemblyInitializer
{
    /// <inheritdoc/>
    void IModuleAssemblyInitializer.OnImport()
    {
        // This loads the types that scripts may name, before the first cmdlet would.
        _ = typeof(Checkout).Assembly;
        DependencyContext.Use(Path.GetDirectoryName(typeof(OnImport).Assembly.Location)!);
    }
}
