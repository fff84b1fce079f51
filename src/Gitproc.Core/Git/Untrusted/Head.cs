using Gitproc.Files;

namespace Gitproc.Git.Untrusted;

/// <summary>HEAD of a repository or worktree.</summary>
/// <param name="Branch">The branch, without <c>refs/heads/</c>; null if HEAD is detached.</param>
/// <param name="Commit">The full id of the commit; null if the branch is unborn.</param>
internal sealed record Head(string? Branch, string? Commit)
{
    private const string Branches = "refs/heads/";

    // refs/files-backend.c, SYMREF_MAXDEPTH.
    private const int MaxSteps = 5;

    /// <summary>Reads HEAD from the files of a repository (gitrepository-layout(5)), without a process.</summary>
    /// <param name="commonDirectory">The directory that contains the branches; null for the git directory.</param>
    /// <param name="isBrief">True to leave out the commit of a branch, which is in another file.</param>
    /// <returns>HEAD; null if it cannot be read or is invalid.</returns>
    public static Head? Read(string gitDirectory, string? commonDirectory = null, bool isBrief = false)
    {
        try
        {
            var bytes = PlainFile.TryRead(Path.Combine(gitDirectory, "HEAD"));
            if (RefFiles.Parse(RawText.FromBytes(bytes)) is not { } head)
                return null;
            if (NameIn(head) is not { } name)
                return new Head(null, head.ToText());
            var branch = name.StartsWith(Branches, StringComparison.Ordinal) ? name[Branches.Length..] : name;
            return new Head(branch, isBrief ? null : Follow(commonDirectory ?? gitDirectory, name).Commit);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads a ref from the files of a repository, without a process.</summary>
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

    private static string? NameIn(RawText content) => RefFiles.NameIn(content)?.ToText();

    // A ref may be symbolic (git-symbolic-ref(1)).
    private static (string Name, string? Commit) Follow(string gitDirectory, string name)
    {
        for (var step = 0; step < MaxSteps; step++)
        {
            var loose = Path.Combine(gitDirectory, name);
            if (PlainFile.TryRead(loose) is not { } bytes)
                return (
                    name, File.Exists(loose) ? null : PackedRefs.Find(Path.Combine(gitDirectory, "packed-refs"), name));
            var content = RefFiles.Parse(RawText.FromBytes(bytes));
            if (content is not { } found || NameIn(found) is not { } next)
                return (name, content is { } id && id.Chars.AsSpan().ContainsAnyExcept('0') ? id.ToText() : null);
            name = next;
        }

        return (name, null);
    }
}
