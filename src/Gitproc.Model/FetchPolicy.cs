namespace Gitproc;

/// <summary>When the remote is asked for what is new.</summary>
public enum FetchPolicy
{
    /// <summary>When the last fetch is older than the setting <c>gitproc.fetchMaxAge</c> allows, or what is wanted is not there.</summary>
    WhenOld,

    /// <summary>In any case.</summary>
    Always,

    /// <summary>Not at all: what is there must do.</summary>
    Never,
}
