using Gitproc.Git;

namespace Gitproc.Checkouts;

/// <summary>Finds out, without a process, whether a checkout's folder can be handed out.</summary>
internal static class CheckoutHealth
{
    private const string Alternates = "objects/info/alternates";

    /// <summary>Looks at a checkout's folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="basePath">The base repository it borrows from.</param>
    /// <returns>What is so.</returns>
    public static Health Check(string path, string basePath)
    {
        var folder = new DirectoryInfo(path);
        if (!folder.Exists)
            return File.Exists(path) ? Health.Damaged("is a file") : Health.Missing;
        if (folder.LinkTarget is not null)
            return Health.Damaged("is a link to another folder");
        var gitDirectory = Path.Combine(path, ".git");
        if (!Directory.Exists(gitDirectory))
            return folder.EnumerateFileSystemInfos().Any() ? Health.Damaged("has no .git folder") : Health.Missing;
        return CheckGitDirectory(gitDirectory, basePath);
    }

    /// <summary>Whether a repository borrows the objects of a base repository.</summary>
    /// <param name="gitDirectory">The repository's <c>.git</c>.</param>
    /// <param name="basePath">The base repository.</param>
    /// <returns>True when it does.</returns>
    public static bool Borrows(string gitDirectory, string basePath)
    {
        var file = Path.Combine(gitDirectory, Alternates);
        return File.Exists(file)
            && File.ReadAllLines(file).Contains(Path.Combine(basePath, "objects").Replace('\\', '/'));
    }

    private static Health CheckGitDirectory(string gitDirectory, string basePath)
    {
        try
        {
            // Without these git does not take the folder for a repository (gitrepository-layout(5)), goes up, and
            // works on whatever repository the pool may lie in.
            foreach (var needed in (ReadOnlySpan<string>)["objects", "refs"])
            {
                if (!Directory.Exists(Path.Combine(gitDirectory, needed)))
                    return Health.Damaged($"has no .git/{needed}");
            }

            if (Head.Read(gitDirectory) is not { } head)
                return Health.Damaged("has no readable .git/HEAD");
            if (!File.Exists(Path.Combine(gitDirectory, "config")))
                return Health.Damaged("has no .git/config");
            if (!Borrows(gitDirectory, basePath))
                return Health.Damaged($"does not borrow the objects of {basePath} (.git/{Alternates})");
            return head.Commit is null || HasIndex(gitDirectory) ? Health.Good(head) : Health.Damaged("has no readable .git/index");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Health.Damaged($"cannot be read: {e.Message}");
        }
    }

    // gitformat-index(5): a signature, a version, a count, and at the end a hash of 20 or more bytes.
    private static bool HasIndex(string gitDirectory)
    {
        var file = Path.Combine(gitDirectory, "index");
        if (!File.Exists(file))
            return false;
        using var handle = File.OpenHandle(file);
        Span<byte> signature = stackalloc byte[4];
        return RandomAccess.GetLength(handle) >= 32
            && RandomAccess.Read(handle, signature, 0) == 4
            && signature.SequenceEqual("DIRC"u8);
    }
}
