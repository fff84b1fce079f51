namespace Gitproc.Text;

/// <summary>The names of the kinds of checkout, as users write them.</summary>
public static class CheckoutKindName
{
    /// <summary>Reads a name in any case. Earlier versions called a worktree <c>linked</c>.</summary>
    /// <returns>Null if there is no kind of this name.</returns>
    public static CheckoutKind? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.ToLowerInvariant() switch
        {
            "clone" => CheckoutKind.Clone,
            "worktree" or "linked" => CheckoutKind.Worktree,
            "standalone" => CheckoutKind.Standalone,
            _ => null,
        };
    }
}
