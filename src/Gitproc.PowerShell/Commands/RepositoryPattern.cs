using System.Management.Automation;

namespace Gitproc.PowerShell.Commands;

/// <summary>A pattern of repositories: of their keys or the last parts of those.</summary>
internal sealed class RepositoryPattern(string text)
{
    private const string Git = ".git";

    private readonly WildcardPattern _whole = WildcardNames.Read(text);
    private readonly WildcardPattern _part = WildcardNames.Read("*/" + text);

    /// <summary>Whether a text that may be an address is a pattern: brackets are in addresses too.</summary>
    public static bool Is(string text) => text.AsSpan().ContainsAny('*', '?') && !text.Contains("://", StringComparison.Ordinal);

    /// <summary>Whether a repository fits. That its path ends in <c>.git</c> need not be said.</summary>
    public bool Fits(string key) => FitsAsItIs(key) || (key.EndsWith(Git, StringComparison.OrdinalIgnoreCase) && FitsAsItIs(key[..^Git.Length]));

    private bool FitsAsItIs(string key) => _whole.IsMatch(key) || _part.IsMatch(key);
}
