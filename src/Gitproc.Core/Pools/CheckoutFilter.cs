using System.Text.RegularExpressions;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Pools;

/// <summary>Matches texts of checkouts against a pattern, and ignores the case of letters. Thread-safe.</summary>
public sealed class CheckoutFilter
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    private readonly Regex _regex;

    private CheckoutFilter(Regex regex) => _regex = regex;

    /// <summary>Makes a filter of a regular expression of .NET.</summary>
    /// <param name="pattern">The expression.</param>
    /// <returns>The filter.</returns>
    /// <exception cref="GitprocException">The pattern is not a regular expression.</exception>
    public static CheckoutFilter ByPattern(string pattern)
    {
        try
        {
            return new(new Regex(pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, MatchTimeout));
        }
        catch (RegexParseException e)
        {
            throw new GitprocException(
                ErrorReason.InvalidPattern,
                $"The pattern is not a regular expression: {SecretText.Hide(e.Message)}",
                SecretText.Hide(pattern),
                e);
        }
    }

    /// <summary>Makes a filter of a literal text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The filter.</returns>
    public static CheckoutFilter ByText(string text) => ByPattern(Regex.Escape(text));

    /// <summary>Matches a text.</summary>
    /// <param name="text">The text; null matches nothing.</param>
    /// <returns>True if it matches.</returns>
    /// <exception cref="GitprocException">The expression takes too long on that text.</exception>
    public bool Matches(string? text)
    {
        try
        {
            return text is not null && _regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new GitprocException(
                ErrorReason.InvalidPattern,
                $"The pattern '{_regex}' takes too long. Write one that has to try less.",
                _regex.ToString(),
                e);
        }
    }
}
