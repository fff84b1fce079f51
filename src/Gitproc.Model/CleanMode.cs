namespace Gitproc;

/// <summary>Which files of the last job the cleaning of a checkout removes.</summary>
public enum CleanMode
{
    /// <summary>All but the files that git ignores, so that what was built stays.</summary>
    Default,

    /// <summary>All files, ignored ones too.</summary>
    Full,

    /// <summary>None: work tree and repository stay as they are.</summary>
    None,
}
