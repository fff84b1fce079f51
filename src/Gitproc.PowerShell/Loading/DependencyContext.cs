using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Gitproc.PowerShell.Loading;

/// <summary>
/// Loads Core and what it needs from the module's <c>dependencies</c> folder, out of the way of other modules that
/// bring another SQLite. The types that scripts may name are in Gitproc.Model, which is loaded where PowerShell looks
/// types up.
/// </summary>
internal sealed class DependencyContext : AssemblyLoadContext
{
    private const string EntryAssembly = "Gitproc.Core";

    private readonly string _folder;

    private DependencyContext(string folder)
        : base("Gitproc") => _folder = folder;

    /// <summary>
    /// Begins to answer for Core when the cmdlets ask for it. Once a process: an assembly stays loaded until the
    /// process ends, and another runspace may have the module when this one removes it.
    /// </summary>
    /// <param name="moduleFolder">The module's folder.</param>
    public static void Use(string moduleFolder)
    {
        if (All.Any(context => context is DependencyContext))
            return;
        var dependencies = new DependencyContext(Path.Combine(moduleFolder, "dependencies"));
        Default.Resolving += (_, name) => name.Name == EntryAssembly ? dependencies.LoadFromAssemblyName(name) : null;
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == typeof(Checkout).Assembly.GetName().Name)
            return typeof(Checkout).Assembly;
        var file = Path.Combine(_folder, assemblyName.Name + ".dll");
        return File.Exists(file) ? LoadFromAssemblyPath(file) : null;
    }

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        var folder = Path.Combine(_folder, "runtimes", PlatformName(), "native");
        foreach (var name in (ReadOnlySpan<string>)[unmanagedDllName + ".dll", $"lib{unmanagedDllName}.so", $"lib{unmanagedDllName}.dylib"])
        {
            var file = Path.Combine(folder, name);
            if (File.Exists(file))
                return LoadUnmanagedDllFromPath(file);
        }

        return 0;
    }

    // The portable runtime identifiers (learn.microsoft.com/dotnet/core/rid-catalog). RuntimeIdentifier itself may
    // name the distribution that .NET was built for.
    private static string PlatformName()
    {
        var identifier = RuntimeInformation.RuntimeIdentifier;
        var isMusl = identifier.Contains("musl", StringComparison.Ordinal) || identifier.StartsWith("alpine", StringComparison.Ordinal);
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : isMusl ? "linux-musl" : "linux";
        return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
    }
}
