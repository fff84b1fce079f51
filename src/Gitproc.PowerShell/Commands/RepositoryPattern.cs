using System.Management.Automation;

namespace Gitproc.PowerShell.Commands;

/// <summary>A wildcard pattern that matches the keys of repositories, or the last parts of keys.</summary>
internal sealed class RepositoryPattern(string text)
{
    private const string Git = ".git";

    private readonly WildcardPattern _whole = WildcardNames.Read(text);
    private readonly WildcardPattern _part = WildcardNames.Read("*/" + text);

    /// <summary>
    /// True if a text is a pattern rather than an address. Brackets do not count: addresses may contain them.
    /// </summary>
    public static bool Is(string text) =>
        text.AsSpan().ContainsAny('*', '?') && !text.Contains("://", StringComparison.Ordinal);

    /// <summary>True if a key matches. The pattern may omit a <c>.git</c> at the end of the key.</summary>
    public bool Fits(string key) =>
        FitsAsItIs(key) || (key.EndsWith(Git, StringComparison.OrdinalIgnoreCase) && FitsAsItIs(key[..^Git.Length]));

    private bool FitsAsItIs(string key) => _whole.IsMatch(key) || _part.IsMatch(key);
}
