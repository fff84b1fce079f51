using System.Management.Automation;

namespace Gitproc.PowerShell;

/// <summary>The commands behind <c>gitproc</c> and <c>gp</c>, and the cmdlets they stand for.</summary>
public static class ShortCommands
{
    private static readonly Dictionary<string, string> Targets = new(StringComparer.OrdinalIgnoreCase)
    {
        ["acquire"] = "Invoke-GitprocAcquire",
        ["a"] = "Invoke-GitprocAcquire",
        ["filter"] = "Select-GitprocCheckout",
        ["grep"] = "Select-GitprocCheckout",
        ["-F"] = "Select-GitprocCheckout",
        ["help"] = "Get-Help",
        ["--help"] = "Get-Help",
        ["-h"] = "Get-Help",
        ["history"] = "Get-GitprocHistory",
        ["list"] = "Get-GitprocCheckout",
        ["ls"] = "Get-GitprocCheckout",
        ["reap"] = "Clear-GitprocLease",
        ["remove"] = "Remove-GitprocCheckout",
        ["rm"] = "Remove-GitprocCheckout",
        ["renew"] = "Update-GitprocLease",
        ["repair"] = "Repair-GitprocPool",
        ["release"] = "Exit-GitprocCheckout",
        ["r"] = "Exit-GitprocCheckout",
        ["prune"] = "Clear-GitprocPool",
        ["repositories"] = "Get-GitprocRepository",
        ["repos"] = "Get-GitprocRepository",
        ["warm"] = "Initialize-GitprocCheckout",
        ["reset"] = "Reset-GitprocCheckout",
        ["run"] = "Use-GitprocCheckout",
    };

    /// <summary>Those that are words.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> Words => Targets.Where(pair => pair.Key is [not '-', _, ..]);

    /// <summary>Finds what a command stands for.</summary>
    /// <param name="command">The command, in upper or lower case.</param>
    /// <returns>The name of a cmdlet; null when there is no such command.</returns>
    public static string? TargetOf(string command) => Targets.GetValueOrDefault(command);

    /// <summary>Makes the error of a command that there is not.</summary>
    /// <param name="command">What was written for one.</param>
    /// <returns>The error.</returns>
    public static ErrorRecord Unknown(string command)
    {
        var shown = SecretText.Hide(command);
        return new ErrorRecord(
            new PSArgumentException($"gitproc has no command '{shown}'. See gitproc help."), "UnknownCommand", ErrorCategory.InvalidArgument, shown);
    }
}
