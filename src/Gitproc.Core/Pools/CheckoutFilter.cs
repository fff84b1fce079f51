using System.Globalization;
using System.Text.RegularExpressions;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Pools;

/// <summary>Matches texts of checkouts against a pattern, and ignores the case of letters. Thread-safe.</summary>
public sealed class CheckoutFilter
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    private readonly string _pattern;
    private readonly Regex _regex;

    private CheckoutFilter(string pattern)
    {
        // For an error that quotes the pattern as it was typed.
        _ = new Regex(pattern);
        var culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            (_pattern, _regex) = (pattern, new CaselessRegex(pattern));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    /// <summary>Makes a filter of a regular expression of .NET.</summary>
    /// <param name="pattern">The expression.</param>
    /// <returns>The filter.</returns>
    /// <exception cref="GitprocException">The pattern is not a regular expression.</exception>
    public static CheckoutFilter ByPattern(string pattern)
    {
        try
        {
            return new(pattern);
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
                $"The pattern '{_pattern}' takes too long. Write one that has to try less.",
                _pattern,
                e);
        }
    }

    // The constructors with options bring the engine of RegexOptions.NonBacktracking into the native command, 0.4 MB.
    private sealed class CaselessRegex : Regex
    {
        public CaselessRegex(string pattern)
            : base($"(?i){pattern}") => internalMatchTimeout = MatchTimeout;
    }
}
