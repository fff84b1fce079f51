using System.Management.Automation;
using Gitproc.Processes;

namespace Gitproc.PowerShell;

/// <summary>A pwsh for work that goes on after the session.</summary>
internal static class DetachedSession
{
    /// <summary>
    /// The pwsh of this session with a script of the module. If pwsh is installed as a .NET tool, that is "dotnet" with
    /// pwsh.dll. A program that hosts PowerShell cannot run the script, so the pwsh of the PATH does.
    /// </summary>
    /// <param name="script">The name of the script's file.</param>
    public static DetachedProgram For(string script)
    {
        var module = Path.GetDirectoryName(typeof(DetachedSession).Assembly.Location)!;
        var assembly = Path.Combine(Path.GetDirectoryName(typeof(PSObject).Assembly.Location)!, "pwsh.dll");
        var (program, first) = (
            Environment.ProcessPath, Path.GetFileNameWithoutExtension(Environment.ProcessPath)
        ) switch
        {
            ({ } process, "pwsh") => (process, (string[])[]),
            ({ } process, "dotnet") when File.Exists(assembly) => (process, [assembly]),
            _ => ("pwsh", []),
        };
        return new(program, [.. first, "-NoProfile", "-NonInteractive", "-File", Path.Combine(module, script)]);
    }
}
