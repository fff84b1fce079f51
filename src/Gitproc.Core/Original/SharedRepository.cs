using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;

namespace Gitproc.Original;

/// <summary>
/// A bare repository in <c>shared_repos</c>. The checkouts of the original gitproc are worktrees of it. It is only
/// read, never changed.
/// </summary>
internal sealed class SharedRepository
{
    private SharedRepository(string path, IReadOnlyDictionary<string, string> worktrees)
    {
        Path = path;
        Worktrees = worktrees;
    }

    public string Path { get; }

    /// <summary>
    /// The git directories of the worktrees that are checkouts of the pool, by the name of the checkout.
    /// </summary>
    public IReadOnlyDictionary<string, string> Worktrees { get; }

    /// <summary>All shared repositories of a pool.</summary>
    public static List<SharedRepository> All(PoolFolder folder)
    {
        var shared = System.IO.Path.Combine(folder.Path, "shared_repos");
        return [.. FoldersIn(shared).Select(path => Read(folder, path))];
    }

    // The path of the pool may have changed since the worktrees were made, so only the ends of paths are compared.
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

    /// <summary>
    /// Where the <c>.git</c> file of a checkout, which names its git directory, is kept during the conversion.
    /// </summary>
    public static string PointerAside(PoolFolder folder, string checkout) =>
        System.IO.Path.Combine(folder.Temporary, checkout + ".gitdir");

    // A worktree whose folder was removed by hand stays registered, and a checkout of another repository may have its
    // name.
    private static bool IsOf(PoolFolder folder, string name, string gitDirectory)
    {
        var checkout = folder.Checkout(name);
        if (!Directory.Exists(checkout))
            return false;
        if (Directory.Exists(System.IO.Path.Combine(checkout, ".git")))
            return CheckoutRecord.Exists(System.IO.Path.Combine(checkout, ".git"));
        var line = ReadLine(System.IO.Path.Combine(checkout, ".git")) ?? ReadLine(PointerAside(folder, name));
        return line is null
            || (
                GitFile.Read(RawText.FromText(line))?.ToText() is { } target
                && Ends(target).SequenceEqual(Ends(gitDirectory)));

        static IEnumerable<string> Ends(string path) => path.Replace('\\', '/').Split('/').TakeLast(3);
    }

    private static IEnumerable<string> FoldersIn(string folder) =>
        Directory.Exists(folder)
            ? Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)
            : Enumerable.Empty<string>();

    private static string? ReadLine(string file) =>
        File.Exists(file) ? File.ReadAllText(file).TrimEnd('\r', '\n') : null;
}
