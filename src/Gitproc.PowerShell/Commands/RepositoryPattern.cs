using System.Management.Automation;
using Gitproc.Reports;

namespace Gitproc.PowerShell.Commands;

/// <summary>A pattern of repositories: of their keys or the last parts of those.</summary>
/// <param name="text">The pattern.</param>
/// <exception cref="GitprocException">It is none.</exception>
internal sealed class RepositoryPattern(string text)
{
    private const string Git = ".git";

    private readonly WildcardPattern _whole = WildcardNames.Read(text);
    private readonly WildcardPattern _part = WildcardNames.Read("*/" + text);

    /// <summary>Whether a text that may be an address is a pattern: brackets are in addresses too.</summary>
    /// <param name="text">The text.</param>
    /// <returns>True when it is.</returns>
    public static bool Is(string text) => text.AsSpan().ContainsAny('*', '?') && !text.Contains("://", StringComparison.Ordinal);

    /// <summary>Whether a repository fits. That its path ends in <c>.git</c> need not be said.</summary>
    /// <param name="key">Its key.</param>
    /// <returns>True when it does.</returns>
    public bool Fits(string key) => FitsAsItIs(key) || (key.EndsWith(Git, StringComparison.OrdinalIgnoreCase) && FitsAsItIs(key[..^Git.Length]));

    private bool FitsAsItIs(string key) => _whole.IsMatch(key) || _part.IsMatch(key);
}
