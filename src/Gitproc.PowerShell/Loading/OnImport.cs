using System.Management.Automation;

namespace Gitproc.PowerShell.Loading;

/// <summary>What is done when PowerShell loads the cmdlets, before any of them runs.</summary>
public sealed class OnImport : IModuleAssemblyInitializer
{
    /// <inheritdoc/>
    void IModuleAssemblyInitializer.OnImport() =>
        DependencyContext.Use(Path.GetDirectoryName(typeof(OnImport).Assembly.Location)!);
}
