namespace Gitproc.Git.Reading;

/// <summary>What is asked of the commits, refs and index of one repository.</summary>
internal interface IRepositoryReader
{
    /// <summary>Finds the commit that a revision names (gitrevisions(7)), by its short id, a ref, a tag or any other form.</summary>
    /// <returns>The full id; null if there is no such commit.</returns>
    string? Commit(string revision);

    /// <summary>Whether a remote has a branch of this name, as it was fetched last.</summary>
    bool HasRemoteBranch(string name);

    /// <summary>Reads which commit of a submodule the index has.</summary>
    /// <param name="path">The submodule's path in the work tree, with slashes.</param>
    /// <returns>The full id; null if the index has no submodule there.</returns>
    string? SubmoduleCommit(string path);

    /// <summary>Counts the commits that one commit has in its history and another one does not, and the reverse.</summary>
    /// <returns>The counts; null if they cannot be read.</returns>
    (int Ahead, int Behind)? Distance(string commit, string other);
}
