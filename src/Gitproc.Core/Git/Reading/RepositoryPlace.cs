namespace Gitproc.Git.Reading;

/// <summary>Where the files of a repository are.</summary>
/// <param name="GitDirectory">The real path of the git directory: of a linked worktree, its own.</param>
/// <param name="CommonDirectory">The real path of the git directory that all worktrees share (gitrepository-layout(5), <c>commondir</c>).</param>
internal sealed record RepositoryPlace(string GitDirectory, string CommonDirectory)
{
    /// <summary>The path of the main work tree, or of a repository that has none: what people call it.</summary>
    public string Top => Path.GetFileName(CommonDirectory) == ".git" ? Path.GetDirectoryName(CommonDirectory)! : CommonDirectory;
}
