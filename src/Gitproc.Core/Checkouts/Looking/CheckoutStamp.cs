using System.Globalization;
using Gitproc.Git.Reading;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;
using Gitproc.Repositories;

namespace Gitproc.Checkouts.Looking;

/// <summary>
/// What the files of a checkout are like when it is clean: if it still answers the same, nobody has used git or git's files
/// in it since. Costs a few looks at the file system and no process.
/// </summary>
internal static class CheckoutStamp
{
    private const string Index = "index";

    // A folder's time changes when something is made or removed in it: the state of a merge, a hook, a branch. HEAD is
    // read where the checkout is looked at.
    private static readonly string[] Watched =
        ["", ".git", ".git/config", ".git/HEAD", ".git/packed-refs", ".git/objects/info", ".git/hooks", ".git/info", ".git/refs", ".git/refs/heads", ".git/refs/tags"];

    private static readonly string[] WatchedOfWorktree = ["", "HEAD", "gitdir", "commondir"];

    /// <summary>Takes the stamp.</summary>
    public static string Of(CheckoutPlace place) =>
        (place.IsWorktree ? Hash(place.Path, "", ".git") + Hash(place.GitDirectory, WatchedOfWorktree) : Hash(place.Path, Watched)) + Hash(place.GitDirectory, Index) + "-";

    /// <summary>Whether nobody has used git or git's files in a checkout since it was cleaned.</summary>
    public static bool IsAsCleaned(CheckoutRow row, CheckoutPlace place) => row.Stamp?.StartsWith(Of(place), StringComparison.Ordinal) == true;

    private static string Hash(string folder, params ReadOnlySpan<string> names)
    {
        var hash = new HashCode64();
        foreach (var name in names)
        {
            var info = new FileInfo(Path.Combine(folder, name));
            hash.Add(info.LastWriteTimeUtc.Ticks);
            hash.Add(info.Attributes.HasFlag(FileAttributes.Directory) || !info.Exists ? -1 : info.Length);
        }

        return hash.Value.ToString("x16", CultureInfo.InvariantCulture);
    }

    /// <summary>Whether a checkout has a target checked out, and refs as the remote's were fetched last.</summary>
    /// <param name="head">What its HEAD says; null when that cannot be read.</param>
    public static bool IsAt(CheckoutRow row, Head? head, Target target, string basePath)
    {
        var wanted = target.In(row.Kind);
        // The refs of a worktree are the base repository's own.
        return head == new Head(wanted.Branch, wanted.Commit) && (row.Kind == CheckoutKind.Worktree || row.Generation == TemplateRepository.Generation(basePath));
    }

    // FNV-1a: System.HashCode differs from process to process.
    private struct HashCode64()
    {
        public ulong Value { get; private set; } = 14695981039346656037;

        public void Add(long number) => Value = unchecked((Value ^ (ulong)number) * 1099511628211);
    }
}
