using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.Processes;

namespace Gitproc.PowerShell;

/// <summary>What <c>Exit-GitprocCheckout -Background</c> leaves to a process of its own.</summary>
public static class BackgroundCleaning
{
    /// <summary>Cleans a released checkout; called by the module's script of that name.</summary>
    /// <param name="pool">The pool's folder.</param>
    /// <param name="checkout">The checkout's name.</param>
    /// <param name="clean">What is taken away; empty for the setting.</param>
    /// <param name="discard">Whether work is thrown away.</param>
    public static void Run(string pool, string checkout, string clean, bool discard)
    {
        DetachedProcess.Leave();
        new Pool(pool).Checkouts.Clean(checkout, clean.Length == 0 ? null : Enum.Parse<CleanMode>(clean), discard);
    }

    // The session's own pwsh, which as a .NET tool is "dotnet" with pwsh.dll; a program that hosts PowerShell is none. Where there
    // is none, the next acquire does its work.
    internal static void Start(string pool, string checkout, CleanMode? clean, bool discard)
    {
        var module = Path.GetDirectoryName(typeof(BackgroundCleaning).Assembly.Location)!;
        var assembly = Path.Combine(Path.GetDirectoryName(typeof(PSObject).Assembly.Location)!, "pwsh.dll");
        var (program, first) = (Environment.ProcessPath, Path.GetFileNameWithoutExtension(Environment.ProcessPath)) switch
        {
            ({ } process, "pwsh") => (process, (string[])[]),
            ({ } process, "dotnet") when File.Exists(assembly) => (process, [assembly]),
            _ => ("pwsh", []),
        };
        DetachedProcess.Start(
            program,
            [
                .. first, "-NoProfile", "-NonInteractive", "-File", Path.Combine(module, "BackgroundCleaning.ps1"),
                "-Pool", pool, "-Checkout", checkout, .. clean is null ? [] : (string[])["-Clean", $"{clean}"], .. discard ? (string[])["-Discard"] : [],
            ],
            pool);
    }
}
