using System.Globalization;
using Gitproc.Git.Reading;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;
using Gitproc.Repositories;

namespace Gitproc.Checkouts.Looking;

/// <summary>
/// A hash of times and sizes of a clean checkout's files. While it stays the same, git has not been used in the
/// checkout and git's files have not changed. Taking it costs a few looks at the file system and no process.
/// </summary>
internal static class CheckoutStamp
{
    private const string Index = "index";

    // A folder's time changes when an entry is added or removed: the state of a merge, a hook, a branch. HEAD's content
    // is read elsewhere.
    private static readonly string[] Watched =
    [
        "",
        ".git",
        ".git/config",
        ".git/HEAD",
        ".git/packed-refs",
        ".git/objects/info",
        ".git/hooks",
        ".git/info",
        ".git/refs",
        ".git/refs/heads",
        ".git/refs/tags",
    ];

    // An earlier gitproc knows nothing of this kind and makes it borrow. It leaves another stamp.
    private static readonly string[] WatchedOfStandalone = [.. Watched, ".git/objects", ".git/objects/pack"];

    private static readonly string[] WatchedOfSubmodule =
    [
        "",
        "config",
        "HEAD",
        "packed-refs",
        "objects/info",
        "hooks",
        "info",
        "refs",
        "refs/heads",
        "refs/tags",
    ];

    private static readonly string[] WatchedOfWorktree = ["", "HEAD", "gitdir", "commondir"];

    public static string Of(CheckoutPlace place) =>
        (
            place.IsWorktree
                ? Hash(place.Path, "", ".git") + Hash(place.GitDirectory, WatchedOfWorktree)
                : place.IsSubmodule
                    ? Hash(place.Path, "", ".git") + Hash(place.GitDirectory, WatchedOfSubmodule)
                    : Hash(place.Path, place.IsStandalone ? WatchedOfStandalone : Watched))
        + Hash(place.GitDirectory, Index)
        + "-";

    /// <summary>True if neither git nor git's files have been used in a checkout since it was cleaned.</summary>
    public static bool IsAsCleaned(CheckoutRow row, CheckoutPlace place) =>
        row.Stamp?.StartsWith(Of(place), StringComparison.Ordinal) == true;

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

    /// <summary>
    /// True if a checkout has a target checked out, with the wanted files of it, and has the refs of the last fetch.
    /// </summary>
    /// <param name="head">The checkout's HEAD; null if it cannot be read.</param>
    public static bool IsAt(CheckoutRow row, Head? head, Target target, string basePath)
    {
        var wanted = target.In(row.Kind);
        // A worktree uses the refs of the base repository.
        return head == new Head(wanted.Branch, wanted.Commit)
            && row.Files == wanted.Files
            && (row.Kind == CheckoutKind.Worktree || row.Generation == TemplateRepository.Generation(basePath));
    }

    // FNV-1a, because System.HashCode differs between processes.
    private struct HashCode64()
    {
        public ulong Value { get; private set; } = 14695981039346656037;

        public void Add(long number) => Value = unchecked((Value ^ (ulong)number) * 1099511628211);
    }
}
