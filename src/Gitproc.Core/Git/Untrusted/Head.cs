using Gitproc.Files;

namespace Gitproc.Git.Untrusted;

/// <summary>What a repository has checked out.</summary>
/// <param name="Branch">The branch, without <c>refs/heads/</c>; null when HEAD is detached.</param>
/// <param name="Commit">The commit's full id; null when the branch has none yet.</param>
internal sealed record Head(string? Branch, string? Commit)
{
    private const string Branches = "refs/heads/";

    // refs/files-backend.c, SYMREF_MAXDEPTH.
    private const int MaxSteps = 5;

    /// <summary>Reads HEAD from the files of a repository (gitrepository-layout(5)), without a process.</summary>
    /// <param name="commonDirectory">Where the branches are; null for the same.</param>
    /// <returns>What HEAD says; null when it cannot be read, or is no HEAD.</returns>
    public static Head? Read(string gitDirectory, string? commonDirectory = null)
    {
        try
        {
            if (RefFiles.Parse(RawText.Of(PlainFile.TryRead(Path.Combine(gitDirectory, "HEAD")))) is not { } head)
                return null;
            if (NameIn(head) is not { } name)
                return new Head(null, head);
            var branch = name.StartsWith(Branches, StringComparison.Ordinal) ? name[Branches.Length..] : name;
            return new Head(branch, Follow(commonDirectory ?? gitDirectory, name).Commit);
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

    private static string? NameIn(string content) => RefFiles.NameIn(content) is { } raw ? RawText.ToText(raw) : null;

    // A ref may hold the name of another one (git-symbolic-ref(1)).
    private static (string Name, string? Commit) Follow(string gitDirectory, string name)
    {
        for (var step = 0; step < MaxSteps; step++)
        {
            var loose = Path.Combine(gitDirectory, name);
            if (PlainFile.TryRead(loose) is not { } bytes)
                return (name, File.Exists(loose) ? null : PackedRefs.Find(Path.Combine(gitDirectory, "packed-refs"), name));
            var content = RefFiles.Parse(RawText.Of(bytes));
            if (content is null || NameIn(content) is not { } next)
                return (name, content.AsSpan().ContainsAnyExcept('0') ? content : null);
            name = next;
        }

        return (name, null);
    }
}
