using System.Management.Automation;
using Gitproc.Text;

namespace Gitproc.PowerShell;

/// <summary>The commands behind <c>gitproc</c> and <c>gp</c>, and the cmdlets they stand for.</summary>
public static class ShortCommands
{
    private static readonly Dictionary<string, string> Targets = new(StringComparer.OrdinalIgnoreCase)
    {
        ["acquire"] = "Invoke-GitprocAcquire",
        ["a"] = "Invoke-GitprocAcquire",
        ["checkout"] = "Switch-GitprocLink",
        ["filter"] = "Select-GitprocCheckout",
        ["grep"] = "Select-GitprocCheckout",
        ["-F"] = ShortCommandLine.Filter,
        ["help"] = ShortCommandLine.Help,
        ["--help"] = ShortCommandLine.Help,
        ["-h"] = ShortCommandLine.Help,
        ["history"] = "Get-GitprocHistory",
        ["link"] = "New-GitprocLink",
        ["link list"] = "Get-GitprocLink",
        ["link ls"] = "Get-GitprocLink",
        ["link remove"] = "Remove-GitprocLink",
        ["link repair"] = "Repair-GitprocLink",
        ["link restore"] = "Restore-GitprocLink",
        ["link rm"] = "Remove-GitprocLink",
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
        ["prompt"] = "Get-GitprocPrompt",
        ["repositories"] = "Get-GitprocRepository",
        ["repos"] = "Get-GitprocRepository",
        ["rescue"] = "Get-GitprocRescue",
        ["rescue list"] = "Get-GitprocRescue",
        ["rescue ls"] = "Get-GitprocRescue",
        ["rescue remove"] = "Remove-GitprocRescue",
        ["rescue rm"] = "Remove-GitprocRescue",
        ["rescue restore"] = "Restore-GitprocRescue",
        ["top"] = "Show-GitprocPool",
        ["warm"] = "Initialize-GitprocCheckout",
        ["reset"] = "Reset-GitprocCheckout",
        ["run"] = "Use-GitprocCheckout",
    };

    /// <summary>
    /// Runs a command with what goes to it by its place and by its name. Of full language, as in one that is constrained a block does not
    /// see its arguments where a pipeline is made of it; null in a process whose sessions all were constrained when the module was imported.
    /// </summary>
    public static ScriptBlock? Pipeline { get; internal set; }

    /// <summary>The words that can stand first, or after another one.</summary>
    /// <param name="first">The word before; null for none.</param>
    internal static IEnumerable<KeyValuePair<string, string>> WordsAfter(string? first) => first is null
        ? Targets.Where(pair => pair.Key is [not '-', _, ..] && !pair.Key.Contains(' ', StringComparison.Ordinal))
        : Targets.Where(pair => pair.Key.StartsWith(first + " ", StringComparison.OrdinalIgnoreCase))
            .Select(pair => KeyValuePair.Create(pair.Key[(first.Length + 1)..], pair.Value));

    /// <summary>Finds what a command stands for.</summary>
    /// <param name="command">The command, in upper or lower case.</param>
    /// <returns>The name of a cmdlet; null when there is no such command.</returns>
    public static string? TargetOf(string command) => Targets.GetValueOrDefault(command);

    /// <summary>Finds what some words begin with: a command of two, else of one.</summary>
    /// <param name="first">The first word; null for none.</param>
    /// <param name="second">The second word; null for none.</param>
    /// <returns>The name of a cmdlet and how many words name it; null and 0 when there is no such command.</returns>
    internal static (string? Target, int Words) Find(string? first, string? second) =>
        second is not null && TargetOf($"{first} {second}") is { } longer ? (longer, 2)
        : first is not null && TargetOf(first) is { } known ? (known, 1)
        : (null, 0);

    /// <summary>Makes the error of a session in which no command runs by its words.</summary>
    /// <returns>The error.</returns>
    public static ErrorRecord Constrained() => new(
        new PSNotSupportedException("gitproc and gp take a session that had full language when the module was imported. Its cmdlets work without."),
        "ConstrainedLanguage",
        ErrorCategory.NotEnabled,
        targetObject: null);

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
