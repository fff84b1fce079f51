using System.Management.Automation;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>Makes wildcard patterns of names that users give.</summary>
internal static class WildcardNames
{
    /// <summary>Makes a pattern that ignores case.</summary>
    /// <exception cref="GitprocException">The pattern is invalid.</exception>
    public static WildcardPattern Read(string text)
    {
        try
        {
            var pattern = WildcardPattern.Get(text, WildcardOptions.IgnoreCase);
            // An invalid pattern throws only when it is used.
            pattern.IsMatch("");
            return pattern;
        }
        catch (WildcardPatternException)
        {
            throw new GitprocException(
                ErrorReason.InvalidPattern,
                $"'{SecretText.Hide(text)}' is not a valid pattern: a bracket is not closed. To match a bracket itself, write `[.",
                SecretText.Hide(text));
        }
    }
}
