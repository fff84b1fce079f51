using Gitproc.Checkouts.Looking;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;

namespace Gitproc.Original;

/// <summary>
/// A bare repository in <c>shared_repos</c>, of which the original gitproc's checkouts are worktrees. It is only read: what
/// it has stays where it is.
/// </summary>
internal sealed class SharedRepository
{
    private SharedRepository(string path, IReadOnlyDictionary<string, string> worktrees)
    {
        Path = path;
        Worktrees = worktrees;
    }

    /// <summary>Its folder.</summary>
    public string Path { get; }

    /// <summary>The git directories of those of its worktrees that are checkouts of the pool, by the checkout's name.</summary>
    public IReadOnlyDictionary<string, string> Worktrees { get; }

    /// <summary>All of a pool.</summary>
    public static List<SharedRepository> All(PoolFolder folder)
    {
        var shared = System.IO.Path.Combine(folder.Path, "shared_repos");
        return [.. FoldersIn(shared).Select(path => Read(folder, path))];
    }

    // The pool may be reached by another path than when they were made: the ends of the paths have to do.
    private static SharedRepository Read(PoolFolder folder, string path)
    {
        var worktrees = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var gitDirectory in FoldersIn(System.IO.Path.Combine(path, "worktrees")))
        {
            if (ReadLine(System.IO.Path.Combine(gitDirectory, "gitdir")) is { } back
                && System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(back)) is { } name
                && CheckoutName.Read(name) is not null
                && IsOf(folder, name, gitDirectory))
            {
                worktrees[name] = gitDirectory;
            }
        }

        return new SharedRepository(path, worktrees);
    }

    /// <summary>Where the file that leads from a checkout to its worktree's git directory is while that is converted.</summary>
    public static string PointerAside(PoolFolder folder, string checkout) => System.IO.Path.Combine(folder.Temporary, checkout + ".gitdir");

    // A worktree that was removed by hand is still registered, and its number may be another repository's by now.
    private static bool IsOf(PoolFolder folder, string name, string gitDirectory)
    {
        var checkout = folder.Checkout(name);
        if (!Directory.Exists(checkout))
            return false;
        if (Directory.Exists(System.IO.Path.Combine(checkout, ".git")))
            return CheckoutRecord.Exists(System.IO.Path.Combine(checkout, ".git"));
        var line = ReadLine(System.IO.Path.Combine(checkout, ".git")) ?? ReadLine(PointerAside(folder, name));
        return line is null || (GitFile.Read(line) is { } target && Ends(target).SequenceEqual(Ends(gitDirectory)));

        static IEnumerable<string> Ends(string path) => path.Replace('\\', '/').Split('/').TakeLast(3);
    }

    private static IEnumerable<string> FoldersIn(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal) : Enumerable.Empty<string>();

    private static string? ReadLine(string file) => File.Exists(file) ? File.ReadAllText(file).TrimEnd('\r', '\n') : null;
}
