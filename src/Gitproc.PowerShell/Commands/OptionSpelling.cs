using System.Management.Automation;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>Translates options of the command line to parameters of PowerShell.</summary>
internal static class OptionSpelling
{
    /// <summary>Appends the command that helps to a message.</summary>
    public static string WithHint(string message, Hint? hint) => message + hint?.Write(name => "-" + name);

    /// <summary>Makes the error for an option in the syntax of the command line.</summary>
    public static ErrorRecord Refusal(string option)
    {
        var shown = SecretText.Hide(option);
        return new(
            new PSArgumentException(
                $"'{shown}' is an option of the command line. In PowerShell, use {Parameter(shown.Split('=')[0])}."),
            "InvalidOption",
            ErrorCategory.InvalidArgument,
            shown);
    }

    private static string Parameter(string option) =>
        string.Concat(
            option
                .Split('-', StringSplitOptions.RemoveEmptyEntries)
                .Select(word => char.ToUpperInvariant(word[0]) + word[1..])
                .Prepend("-"));
}
