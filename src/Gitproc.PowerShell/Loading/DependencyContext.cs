using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Gitproc.PowerShell.Loading;

/// <summary>
/// Loads Core and what it needs from the module's <c>dependencies</c> folder, out of the way of other modules that
/// bring another SQLite. The types that scripts may name are in Gitproc.Model, which is loaded where PowerShell looks
/// types up.
/// </summary>
/// <remarks>
/// <para>
/// Each assembly is there for any system, and for some systems once more as an image with compiled code (ReadyToRun) in
/// <c>runtimes/SYSTEM/lib/netVERSION</c>. Code is of no use to another version of .NET, so the image is taken where both fit.
/// </para>
/// <para>
/// The module's folder may be removed, or may lack a file, while a session runs. The build writes down which files belong to it
/// (<c>Files</c>). All are looked for before the first is loaded: a half-loaded SQLite would fail for as long as the session lasts,
/// also after the module is back.
/// </para>
/// </remarks>
internal sealed partial class DependencyContext : AssemblyLoadContext
{
    // What the cmdlets refer to.
    private static readonly string[] Entries = ["Gitproc.Core", "Gitproc.Terminal"];

    private static DependencyContext? s_current;
    private static bool s_isComplete;

    private readonly string _folder;
    private readonly string _platform = PlatformName();
    private readonly string _images;

    private DependencyContext(string folder)
        : base("Gitproc") =>
        (_folder, _images) = (folder, Path.Combine(folder, "runtimes", _platform, "lib", $"net{Environment.Version.Major}.0"));

    /// <summary>
    /// Begins to answer for Core when the cmdlets ask for it. Once a process: an assembly stays loaded until the
    /// process ends, and another runspace may have the module when this one removes it.
    /// </summary>
    public static void Use(string moduleFolder)
    {
        if (s_current is not null)
            return;
        var dependencies = new DependencyContext(Path.Combine(moduleFolder, "dependencies"));
        s_current = dependencies;
        // By its path: asked for by its name, an assembly that is not there would be looked for in the default context, which asks here.
        Default.Resolving += (_, name) => Entries.Contains(name.Name) ? dependencies.LoadOwn(name.Name + ".dll") : null;
    }

    /// <summary>
    /// Sees to it that Core can be loaded. What needs it calls this first, from a method that does not name Core itself: what
    /// is thrown while .NET resolves an assembly comes out as another exception, without its reason.
    /// </summary>
    public static void Require()
    {
        if (!s_isComplete && FindMissing() is { } file)
            throw new ModuleIncompleteException(file);
        s_isComplete = true;
    }

    /// <summary>Looks for the files of the module that this system needs.</summary>
    /// <returns>The path of the first that is missing; null when all are there.</returns>
    public static string? FindMissing() => Files
        .Where(file => !file.Contains('/', StringComparison.Ordinal) || file.StartsWith($"runtimes/{s_current!._platform}/", StringComparison.Ordinal))
        .Select(file => Path.Combine(s_current!._folder, file))
        .FirstOrDefault(path => !File.Exists(path));

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName) =>
        assemblyName.Name == typeof(Checkout).Assembly.GetName().Name ? typeof(Checkout).Assembly : LoadOwn(assemblyName.Name + ".dll");

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        var folder = Path.Combine(_folder, "runtimes", _platform, "native");
        foreach (var name in (ReadOnlySpan<string>)[unmanagedDllName + ".dll", $"lib{unmanagedDllName}.so", $"lib{unmanagedDllName}.dylib"])
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
