namespace Gitproc;

/// <summary>When to fetch.</summary>
public enum FetchPolicy
{
    /// <summary>
    /// If the last fetch is older than the setting <c>gitproc.fetchMaxAge</c> allows, or the wanted commit is missing.
    /// </summary>
    WhenOld,

    /// <summary>Always.</summary>
    Always,

    /// <summary>Never: the commit must be there already.</summary>
    Never,
}
