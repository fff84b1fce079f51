using System.Management.Automation;
using System.Text.RegularExpressions;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>How the options in a message of the pool's are written here: the commands that a message names take them in PowerShell as parameters.</summary>
internal static partial class OptionSpelling
{
    /// <summary>Writes <c>gitproc reset --stop-processes</c> as <c>gitproc reset -StopProcesses</c>.</summary>
    public static string Of(string message) => Option().Replace(message, option => Parameter(option.Value));

    /// <summary>Refuses an option that is written as the command line takes it.</summary>
    public static ErrorRecord Refusal(string option)
    {
        var shown = SecretText.Hide(option);
        return new(
            new PSArgumentException($"'{shown}' is an option of the command line. Here it is {Parameter(shown.Split('=')[0])}."), "InvalidOption", ErrorCategory.InvalidArgument, shown);
    }

    private static string Parameter(string option) =>
        string.Concat(option.Split('-', StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + word[1..]).Prepend("-"));

    [GeneratedRegex(@"(?<=\bgitproc [a-z][^\n]* )--[a-z]+(-[a-z]+)*")]
    private static partial Regex Option();
}
