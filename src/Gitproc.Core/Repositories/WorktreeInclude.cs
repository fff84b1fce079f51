using Gitproc.Files;
using Gitproc.Git.Running;

namespace Gitproc.Repositories;

/// <summary>
/// The file <c>.worktreeinclude</c>, with patterns of the ignored files that come along to a checkout. worktrunk and
/// Claude Code read it too.
/// </summary>
internal static class WorktreeInclude
{
    private const string Name = ".worktreeinclude";

    // Anybody may write a longer one, and it would be read at each acquire.
    private const int MaxBytes = 1 << 20;

    /// <summary>Reads the file in a folder.</summary>
    /// <returns>Its content; null if there is none.</returns>
    public static RawText? OfFolder(RawFolder folder)
    {
        using var file = folder.TryOpenFile(RawText.FromText(Name));
        return file is { Length: <= MaxBytes } ? file.ReadAll() : null;
    }

    /// <summary>Reads the file in the remote's default branch, whatever is checked out.</summary>
    /// <returns>Its content; empty if there is none.</returns>
    /// <remarks>The answer is kept with the id of the commit, so git is asked once for each commit.</remarks>
    public static RawText OfDefaultBranch(GitRunner git, string basePath, CancellationToken cancellationToken)
    {
        if (BaseRefs.Default(basePath).Commit is not { } commit)
            return default;
        var kept = Path.Combine(basePath, "gitproc", "worktreeinclude");
        var first = RawText.FromText(commit + "\n");
        if (PlainFile.TryRead(kept) is { } bytes && RawText.FromBytes(bytes) is var known && known.StartsWith(first))
            return known[first.Length..];
        var content = DefaultBranchFile.Read(git, basePath, commit, Name, MaxBytes, cancellationToken);
        WholeFile.Write(kept, (first + content).ToBytes());
        return content;
    }
}
