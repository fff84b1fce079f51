namespace Gitproc;

/// <summary>How much of what a job left in a checkout goes before the next one gets it.</summary>
public enum CleanMode
{
    /// <summary>All but the files that git ignores: what was built stays warm.</summary>
    Default,

    /// <summary>All, ignored files too.</summary>
    Full,

    /// <summary>Nothing: work tree and repository stay as they are.</summary>
    None,
}
