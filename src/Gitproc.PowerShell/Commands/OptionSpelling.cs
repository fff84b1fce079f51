using System.Management.Automation;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>How options are written here: in PowerShell they are parameters.</summary>
internal static class OptionSpelling
{
    /// <summary>Appends the command that helps to a message.</summary>
    public static string WithHint(string message, Hint? hint) => message + hint?.Write(name => "-" + name);

    /// <summary>Refuses an option that is written as the command line takes it.</summary>
    public static ErrorRecord Refusal(string option)
    {
        var shown = SecretText.Hide(option);
        return new(
            new PSArgumentException($"'{shown}' is an option of the command line. Here it is {Parameter(shown.Split('=')[0])}."), "InvalidOption", ErrorCategory.InvalidArgument, shown);
    }

    private static string Parameter(string option) =>
        string.Concat(option.Split('-', StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + word[1..]).Prepend("-"));
}
