using System.Management.Automation;
using Gitproc.PowerShell.Commands;
using Gitproc.Text;

namespace Gitproc.PowerShell;

/// <summary>Maps the commands of <c>gitproc</c> and <c>gp</c> to cmdlets.</summary>
public static class ShortCommands
{
    private static readonly Dictionary<string, string> Targets = new(StringComparer.OrdinalIgnoreCase)
    {
        ["acquire"] = "Invoke-GitprocAcquire",
        ["a"] = "Invoke-GitprocAcquire",
        ["checkout"] = "Switch-GitprocLink",
        ["enter"] = "Enter-GitprocCheckout",
        ["doctor"] = "Test-GitprocPool",
        ["filter"] = "Select-GitprocCheckout",
        ["grep"] = "Select-GitprocCheckout",
        ["-F"] = ShortCommandLine.Filter,
        ["fleet"] = "Get-GitprocMachine",
        ["help"] = ShortCommandLine.Help,
        ["--help"] = ShortCommandLine.Help,
        ["-h"] = ShortCommandLine.Help,
        ["--version"] = ShortCommandLine.Version,
        ["history"] = "Get-GitprocHistory",
        ["leases"] = "Get-GitprocLease",
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
        ["trust"] = "Approve-GitprocSetup",
        ["trust list"] = "Get-GitprocSetup",
        ["trust remove"] = "Revoke-GitprocSetup",
        ["warm"] = "Initialize-GitprocCheckout",
        ["reset"] = "Reset-GitprocCheckout",
        ["run"] = "Use-GitprocCheckout",
    };

    /// <summary>
    /// Runs a command with positional arguments and named parameters. It is made in full language, because a steppable
    /// pipeline of a constrained block does not see its arguments. Null if every session of the process was constrained
    /// when it imported the module.
    /// </summary>
    public static ScriptBlock? Pipeline { get; internal set; }

    /// <summary>The words that can come first, or after another word.</summary>
    /// <param name="first">The word before; null for none.</param>
    internal static IEnumerable<KeyValuePair<string, string>> WordsAfter(string? first) => first is null
        ? Targets.Where(pair => pair.Key is [not '-', _, ..] && !pair.Key.Contains(' ', StringComparison.Ordinal))
        : Targets.Where(pair => pair.Key.StartsWith(first + " ", StringComparison.OrdinalIgnoreCase))
            .Select(pair => KeyValuePair.Create(pair.Key[(first.Length + 1)..], pair.Value));

    /// <summary>Finds the cmdlet of a command.</summary>
    /// <param name="command">The command; case is ignored.</param>
    /// <returns>The name of a cmdlet; null if there is no such command.</returns>
    public static string? TargetOf(string command) => Targets.GetValueOrDefault(command);

    /// <summary>Names the parameter for an option of the native command, or of a hint.</summary>
    /// <param name="option">As <c>--owner-pid</c> or <c>OwnerPid</c>.</param>
    /// <returns>As <c>Owner</c>, even if no command has that parameter.</returns>
    public static string ParameterOf(string option) => OptionSpelling.ParameterOf(option);

    /// <summary>
    /// Finds the command that two words begin with. A command of two words takes precedence over one of one word.
    /// </summary>
    /// <param name="first">The first word; null for none.</param>
    /// <param name="second">The second word; null for none.</param>
    /// <returns>The name of a cmdlet, and how many words name it; null and 0 if there is no such command.</returns>
    internal static (string? Target, int Words) Find(string? first, string? second) =>
        second is not null && TargetOf($"{first} {second}") is { } longer ? (longer, 2)
        : first is not null && TargetOf(first) is { } known ? (known, 1)
        : (null, 0);

    /// <summary>
    /// Makes the error for a session of constrained language, where <c>gitproc</c> and <c>gp</c> cannot run.
    /// </summary>
    /// <returns>The error.</returns>
    public static ErrorRecord Constrained() =>
        new(
            new PSNotSupportedException(
                "gitproc, gp and Use-GitprocCheckout need a session in full language mode when the module is imported. Use the other cmdlets."
            ),
            "ConstrainedLanguage",
            ErrorCategory.NotEnabled,
            targetObject: null);

    /// <summary>Makes the error for a command that does not exist.</summary>
    /// <param name="command">The word that was given as a command.</param>
    /// <param name="isGp">True if the word could also be the path of an item.</param>
    /// <returns>The error.</returns>
    internal static ErrorRecord Unknown(string command, bool isGp)
    {
        var close = Spelling.Closest(command, WordsAfter(null).Select(pair => pair.Key));
        return Unknown(command, isGp ? ", and no item of that name here" : "", close);
    }

    /// <summary>
    /// Makes the error for a second word that looks like a mistyped one, for a command that failed to take it as an
    /// argument.
    /// </summary>
    /// <returns>The error; null if the word is not close to any that can follow.</returns>
    internal static ErrorRecord? FindMistyped(string first, string second) =>
        Spelling.Closest(second, WordsAfter(first).Select(pair => pair.Key)) is { Count: > 0 } close
            ? Unknown($"{first} {second}", "", [.. close.Select(word => $"{first} {word}")])
            : null;

    private static ErrorRecord Unknown(string command, string also, IReadOnlyList<string> close)
    {
        var shown = SecretText.Hide(command);
        return new ErrorRecord(
            new PSArgumentException($"There is no command '{shown}'{also}.{Spelling.Ask(close)} See gitproc help."),
            "UnknownCommand",
            ErrorCategory.InvalidArgument,
            shown);
    }
}
