namespace Gitproc.Git.Reading;

/// <summary>Queries the commits, refs and index of one repository.</summary>
internal interface IRepositoryReader
{
    /// <param name="revision">A short id, a ref, a tag or any other form of a revision (gitrevisions(7)).</param>
    /// <returns>The full id of the commit; null if there is no such commit.</returns>
    string? Commit(string revision);

    /// <summary>True if there is a remote-tracking branch with this name.</summary>
    bool HasRemoteBranch(string name);

    /// <summary>Reads the commit of a submodule from the index.</summary>
    /// <param name="path">The submodule's path in the work tree, with slashes.</param>
    /// <returns>The full id; null if the index has no submodule there.</returns>
    string? SubmoduleCommit(string path);

    /// <summary>
    /// Counts the commits that are only in the history of the one commit, and only in that of the other.
    /// </summary>
    /// <returns>The counts; null if they cannot be read.</returns>
    (int Ahead, int Behind)? Distance(string commit, string other);
}
