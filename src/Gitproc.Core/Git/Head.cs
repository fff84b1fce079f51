using Gitproc.Files;

namespace Gitproc.Git;

/// <summary>What a repository has checked out.</summary>
/// <param name="Branch">The branch, without <c>refs/heads/</c>; null when HEAD is detached.</param>
/// <param name="Commit">The commit's full id; null when the branch has none yet.</param>
internal sealed record Head(string? Branch, string? Commit)
{
    private const string Branches = "refs/heads/";

    // refs/files-backend.c, SYMREF_MAXDEPTH.
    private const int MostSteps = 5;

    /// <summary>Reads HEAD from the files of a repository (gitrepository-layout(5)), without a process.</summary>
    /// <param name="gitDirectory">The repository's <c>.git</c>; of a linked worktree, its own.</param>
    /// <param name="commonDirectory">Where the branches are; null for the same.</param>
    /// <returns>What HEAD says; null when it cannot be read, or is no HEAD.</returns>
    public static Head? Read(string gitDirectory, string? commonDirectory = null)
    {
        try
        {
            var head = PlainFile.TryReadText(Path.Combine(gitDirectory, "HEAD"))?.TrimEnd();
            if (head is null)
                return null;
            if (RefFiles.IsId(head))
                return new Head(null, head);
            if (NameIn(head) is not { } name)
                return null;
            var branch = name.StartsWith(Branches, StringComparison.Ordinal) ? name[Branches.Length..] : name;
            return new Head(branch, Follow(commonDirectory ?? gitDirectory, name).Commit);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads a ref from the files of a repository, without a process.</summary>
    /// <param name="gitDirectory">The repository's <c>.git</c>.</param>
    /// <param name="name">The full name of the ref; a valid one (git-check-ref-format(1)).</param>
    /// <returns>The full id it has; null when there is none.</returns>
    public static string? ReadRef(string gitDirectory, string name)
    {
        try
        {
            return Follow(gitDirectory, name).Commit;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? NameIn(string content) =>
        content.StartsWith("ref: refs/", StringComparison.Ordinal) ? content["ref: ".Length..] : null;

    // A ref may hold the name of another one (git-symbolic-ref(1)).
    private static (string Name, string? Commit) Follow(string gitDirectory, string name)
    {
        for (var step = 0; step < MostSteps; step++)
        {
            var loose = Path.Combine(gitDirectory, name);
            if (PlainFile.TryReadText(loose)?.TrimEnd() is not { } content)
                return (name, File.Exists(loose) ? null : PackedRefs.Find(Path.Combine(gitDirectory, "packed-refs"), name));
            if (NameIn(content) is not { } next)
                return (name, RefFiles.IsId(content) ? content : null);
            name = next;
        }

        return (name, null);
    }
}
