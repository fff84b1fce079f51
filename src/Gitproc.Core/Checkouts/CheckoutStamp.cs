using System.Globalization;
using Gitproc.Files;
using Gitproc.Git;
using Gitproc.Registry;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

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
    /// <param name="place">The checkout.</param>
    /// <returns>A text to compare.</returns>
    public static string Of(CheckoutPlace place)
    {
        var writtenAt = new DateTimeOffset(File.GetLastWriteTimeUtc(Path.Combine(place.GitDirectory, Index))).ToUnixTimeSeconds();
        return string.Create(CultureInfo.InvariantCulture, $"{OfFiles(place)}{Checksum(place)}-{writtenAt}");
    }

    /// <summary>
    /// When the index of a checkout was written that was then clean, if it still has the same content. It has not when git has
    /// found anything else about a file, be it the time at which its mode was changed.
    /// </summary>
    /// <param name="stamp">The stamp that was taken then; null when it is not known.</param>
    /// <param name="place">The checkout.</param>
    /// <returns>The time, cut to seconds; null when it has another content, or that cannot be told.</returns>
    public static DateTimeOffset? CleanIndexWrittenAt(string? stamp, CheckoutPlace place) =>
        stamp?.Split('-') is [_, { Length: > 0 } checksum, var text] && checksum == Checksum(place) && long.TryParse(text, CultureInfo.InvariantCulture, out var writtenAt)
            ? DateTimeOffset.FromUnixTimeSeconds(writtenAt)
            : null;

    /// <summary>Whether nobody has used git or git's files in a checkout since it was cleaned.</summary>
    /// <param name="row">The checkout.</param>
    /// <param name="place">Where it is.</param>
    /// <returns>True when all is as it was.</returns>
    public static bool IsAsCleaned(CheckoutRow row, CheckoutPlace place) => row.Stamp?.StartsWith(OfFiles(place), StringComparison.Ordinal) == true;

    private static string OfFiles(CheckoutPlace place) =>
        (place.IsLinked ? Hash(place.Path, "", ".git") + Hash(place.GitDirectory, WatchedOfWorktree) : Hash(place.Path, Watched)) + Hash(place.GitDirectory, Index) + "-";

    // Of what a job may have put in its place nothing is read but a regular file.
    private static string? Checksum(CheckoutPlace place)
    {
        using var folder = RawFolder.TryOpen(place.GitDirectory);
        return folder is null ? null : IndexFile.ReadChecksum(folder);
    }

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
    /// <param name="row">The checkout.</param>
    /// <param name="head">What its HEAD says; null when that cannot be read.</param>
    /// <param name="target">The target.</param>
    /// <param name="basePath">The base repository.</param>
    /// <returns>True when it has.</returns>
    public static bool IsAt(CheckoutRow row, Head? head, Target target, string basePath)
    {
        var wanted = target.In(row.Kind);
        // The refs of a worktree are the base repository's own.
        return head == new Head(wanted.Branch, wanted.Commit) && (row.Kind == CheckoutKind.Linked || row.Generation == CheckoutModel.Generation(basePath));
    }

    // FNV-1a: System.HashCode differs from process to process.
    private struct HashCode64()
    {
        public ulong Value { get; private set; } = 14695981039346656037;

        public void Add(long number) => Value = unchecked((Value ^ (ulong)number) * 1099511628211);
    }
}
