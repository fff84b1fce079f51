using System.Management.Automation;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>Patterns of names as users write them.</summary>
internal static class WildcardNames
{
    /// <summary>Makes a pattern; upper and lower case are the same.</summary>
    public static WildcardPattern Read(string text)
    {
        try
        {
            var pattern = WildcardPattern.Get(text, WildcardOptions.IgnoreCase);
            // What is wrong with it shows when it is used.
            pattern.IsMatch("");
            return pattern;
        }
        catch (WildcardPatternException)
        {
            throw new GitprocException(
                ErrorReason.InvalidPattern,
                $"'{SecretText.Hide(text)}' is no pattern of names: a bracket is not closed. Write `[ for the character itself.",
                SecretText.Hide(text));
        }
    }
}
