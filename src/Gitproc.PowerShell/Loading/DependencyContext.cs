using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Gitproc.PowerShell.Loading;

/// <summary>
/// Loads Core and its dependencies from the module's <c>dependencies</c> folder into a load context of their own, so
/// that they do not clash with another module's SQLite. The types that scripts may name are in Gitproc.Model, which is
/// loaded into the default context, where PowerShell looks types up.
/// </summary>
/// <remarks>
/// <para>
/// Each assembly is there once for all systems. For some systems there is also an image with compiled code
/// (ReadyToRun), in <c>runtimes/SYSTEM/lib/netVERSION</c>. Compiled code works only on its own version of .NET, so the
/// image is loaded only if both system and version match.
/// </para>
/// <para>
/// The module's folder may be removed, or may lack a file, while a session runs. The build generates the list of its
/// files (<c>Files</c>). All must exist before the first is loaded: a half-loaded SQLite would fail until the session
/// ends, even after the module is installed again.
/// </para>
/// </remarks>
internal sealed partial class DependencyContext : AssemblyLoadContext
{
    // The assemblies that the cmdlets reference.
    private static readonly string[] Entries = ["Gitproc.Core", "Gitproc.Terminal"];

    private static DependencyContext? s_current;
    private static bool s_isComplete;

    private readonly string _folder;
    private readonly string _platform = PlatformName();
    private readonly string _images;

    private DependencyContext(string folder)
        : base("Gitproc") =>
        (_folder, _images) = (
            folder, Path.Combine(folder, "runtimes", _platform, "lib", $"net{Environment.Version.Major}.0"));

    /// <summary>
    /// Starts to resolve Core for the cmdlets, once in a process. There is no way back: an assembly stays loaded until
    /// the process ends, and another runspace may still use the module when this one removes it.
    /// </summary>
    public static void Use(string moduleFolder)
    {
        if (s_current is not null)
            return;
        var dependencies = new DependencyContext(Path.Combine(moduleFolder, "dependencies"));
        s_current = dependencies;
        // Loads by path. If a missing assembly were loaded by name, the default context would look for it and call this
        // again.
        Default.Resolving += (_, name) => Entries.Contains(name.Name) ? dependencies.LoadOwn(name.Name + ".dll") : null;
    }

    /// <summary>
    /// Makes sure that Core can be loaded. Call this first, from a method that does not itself use a type of Core: .NET
    /// replaces an exception that is thrown while it resolves an assembly, and the reason is lost.
    /// </summary>
    public static void Require()
    {
        if (!s_isComplete && FindMissing() is { } file)
            throw new ModuleIncompleteException(file);
        s_isComplete = true;
    }

    /// <summary>Looks for the files of the module that this system needs.</summary>
    /// <returns>The path of the first missing file; null if all exist.</returns>
    public static string? FindMissing() =>
        Files
            .Where(file =>
                !file.Contains('/', StringComparison.Ordinal)
                || file.StartsWith($"runtimes/{s_current!._platform}/", StringComparison.Ordinal))
            .Select(file => Path.Combine(s_current!._folder, file))
            .FirstOrDefault(path => !File.Exists(path));

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName) =>
        assemblyName.Name == typeof(Checkout).Assembly.GetName().Name
            ? typeof(Checkout).Assembly
            : LoadOwn(assemblyName.Name + ".dll");

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        var folder = Path.Combine(_folder, "runtimes", _platform, "native");
        foreach (var name in (ReadOnlySpan<string>)
                [unmanagedDllName + ".dll", $"lib{unmanagedDllName}.so", $"lib{unmanagedDllName}.dylib"])
        {
            var file = Path.Combine(folder, name);
            if (File.Exists(file))
                return LoadUnmanagedDllFromPath(file);
        }

        return 0;
    }

    private Assembly? LoadOwn(string name)
    {
        foreach (var folder in (ReadOnlySpan<string>)[_images, _folder])
        {
            var file = Path.Combine(folder, name);
            if (File.Exists(file))
                return LoadFromAssemblyPath(file);
        }

        return null;
    }

    // A portable runtime identifier (learn.microsoft.com/dotnet/core/rid-catalog). RuntimeInformation.RuntimeIdentifier
    // may name the distribution that .NET was built for instead.
    private static string PlatformName()
    {
        var identifier = RuntimeInformation.RuntimeIdentifier;
        var isMusl =
            identifier.Contains("musl", StringComparison.Ordinal)
            || identifier.StartsWith("alpine", StringComparison.Ordinal);
        var system =
            OperatingSystem.IsWindows() ? "win"
            : OperatingSystem.IsMacOS() ? "osx"
            : isMusl ? "linux-musl"
            : "linux";
        return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
    }
}
