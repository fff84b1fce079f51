namespace Gitproc.Git.Reading;

/// <summary>The private folders of worktrees in their repository (gitrepository-layout(5), <c>worktrees</c>).</summary>
internal static class Worktrees
{
    /// <summary>
    /// The branch of a worktree without a commit, of a repository that has none: a ref of the worktree's own
    /// (gitrepository-layout(5), refs), so that no two begin the same branch.
    /// </summary>
    public const string Unborn = "refs/worktree/no-commit";

    /// <summary>The private folder of a worktree.</summary>
    /// <param name="repository">The repository, absolute.</param>
    /// <returns>The absolute path; nothing need be there.</returns>
    public static string PrivateFolder(string repository, string id) => Path.Combine(Folder(repository), id);

    /// <summary>Lists the worktrees of a repository: checkouts of the pool, light-weight ones, and those that others made.</summary>
    /// <param name="repository">The repository, absolute; it need not be there.</param>
    public static IReadOnlyList<string> Of(string repository) =>
        Directory.Exists(Folder(repository)) ? [.. Directory.EnumerateDirectories(Folder(repository)).Select(folder => Path.GetFileName(folder)!)] : [];

    /// <summary>The folder that private folders are in.</summary>
    /// <param name="repository">The repository, absolute.</param>
    /// <returns>The absolute path; nothing need be there.</returns>
    public static string Folder(string repository) => Path.Combine(repository, "worktrees");
}
