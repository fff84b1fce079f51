namespace Gitproc.Git.Reading;

/// <summary>The private folders of worktrees in a repository (gitrepository-layout(5), <c>worktrees</c>).</summary>
internal static class Worktrees
{
    /// <summary>
    /// The unborn branch of a worktree in a repository without commits. The ref is private to the worktree
    /// (gitrepository-layout(5), refs), so that two worktrees never create the same branch.
    /// </summary>
    public const string Unborn = "refs/worktree/no-commit";

    /// <param name="repository">The absolute path of the repository.</param>
    /// <returns>The absolute path of the private folder of a worktree; it need not exist.</returns>
    public static string PrivateFolder(string repository, string id) => Path.Combine(Folder(repository), id);

    /// <summary>Lists the ids of a repository's worktrees: checkouts, links, and worktrees of other programs.</summary>
    /// <param name="repository">The absolute path of the repository; it need not exist.</param>
    public static IReadOnlyList<string> Of(string repository) =>
        Directory.Exists(Folder(repository))
            ? [.. Directory.EnumerateDirectories(Folder(repository)).Select(folder => Path.GetFileName(folder)!)]
            : [];

    /// <param name="repository">The absolute path of the repository.</param>
    /// <returns>The absolute path of the folder that contains the private folders; it need not exist.</returns>
    public static string Folder(string repository) => Path.Combine(repository, "worktrees");
}
