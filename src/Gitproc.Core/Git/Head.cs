namespace Gitproc.Git;

/// <summary>What a repository has checked out.</summary>
/// <param name="Branch">The branch, without <c>refs/heads/</c>; null when HEAD is detached.</param>
/// <param name="Commit">The commit's full id; null when the branch has none yet.</param>
internal sealed record Head(string? Branch, string? Commit)
{
    private const string Branches = "refs/heads/";

    /// <summary>Reads HEAD from the files of a repository (gitrepository-layout(5)), without a process.</summary>
    /// <param name="gitDirectory">The repository's <c>.git</c>.</param>
    /// <returns>What HEAD says; null when it cannot be read, or is no HEAD.</returns>
    public static Head? Read(string gitDirectory)
    {
        try
        {
            var head = File.ReadAllText(Path.Combine(gitDirectory, "HEAD")).TrimEnd();
            if (IsObjectId(head))
                return new Head(null, head);
            if (!head.StartsWith("ref: refs/", StringComparison.Ordinal))
                return null;
            var name = head["ref: ".Length..];
            var branch = name.StartsWith(Branches, StringComparison.Ordinal) ? name[Branches.Length..] : name;
            return new Head(branch, ReadRef(gitDirectory, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? ReadRef(string gitDirectory, string name)
    {
        var loose = Path.Combine(gitDirectory, name);
        if (File.Exists(loose) && File.ReadAllText(loose).TrimEnd() is var id && IsObjectId(id))
            return id;
        var packed = Path.Combine(gitDirectory, "packed-refs");
        return File.Exists(packed) ? PackedRefs.Find(packed, name) : null;
    }

    // SHA-1 or SHA-256, in hex.
    private static bool IsObjectId(string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigitLower);
}
