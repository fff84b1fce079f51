using System.Globalization;
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
    // A folder's time changes when something is made or removed in it: the state of a merge, a hook, a branch. HEAD is
    // read where the checkout is looked at.
    private static readonly string[] Watched =
        ["", ".git", ".git/config", ".git/HEAD", ".git/packed-refs", ".git/objects/info", ".git/hooks", ".git/info", ".git/refs", ".git/refs/heads", ".git/refs/tags"];

    /// <summary>Takes the stamp.</summary>
    /// <param name="checkout">The checkout's folder.</param>
    /// <returns>A text to compare.</returns>
    public static string Of(string checkout) => Hash(checkout, Watched) + OfIndex(checkout);

    /// <summary>Whether a checkout has the index that it was cleaned with.</summary>
    /// <param name="stamp">The stamp that was taken then; null when it is not known.</param>
    /// <param name="checkout">The checkout's folder.</param>
    /// <returns>True when nobody has written it since.</returns>
    public static bool HasIndexOf(string? stamp, string checkout) => stamp?.EndsWith(OfIndex(checkout), StringComparison.Ordinal) == true;

    private static string OfIndex(string checkout) => "-" + Hash(checkout, ".git/index");

    private static string Hash(string checkout, params ReadOnlySpan<string> names)
    {
        var hash = new HashCode64();
        foreach (var name in names)
        {
            var info = new FileInfo(Path.Combine(checkout, name));
            hash.Add(info.LastWriteTimeUtc.Ticks);
            hash.Add(info.Attributes.HasFlag(FileAttributes.Directory) || !info.Exists ? -1 : info.Length);
        }

        return hash.Value.ToString("x16", CultureInfo.InvariantCulture);
    }

    /// <summary>Whether nobody has used git or git's files in a checkout since it was cleaned.</summary>
    /// <param name="row">The checkout.</param>
    /// <param name="checkout">The checkout's folder.</param>
    /// <returns>True when all is as it was.</returns>
    public static bool IsAsCleaned(CheckoutRow row, string checkout) => row.Stamp == Of(checkout);

    /// <summary>Whether a checkout has a target checked out, and refs as the remote's were fetched last.</summary>
    /// <param name="row">The checkout.</param>
    /// <param name="head">What its HEAD says; null when that cannot be read.</param>
    /// <param name="target">The target.</param>
    /// <param name="basePath">The base repository.</param>
    /// <returns>True when it has.</returns>
    public static bool IsAt(CheckoutRow row, Head? head, Target target, string basePath) =>
        head == new Head(target.Branch, target.Commit) && row.Generation == CheckoutModel.Generation(basePath);

    // FNV-1a: System.HashCode differs from process to process.
    private struct HashCode64()
    {
        public ulong Value { get; private set; } = 14695981039346656037;

        public void Add(long number) => Value = unchecked((Value ^ (ulong)number) * 1099511628211);
    }
}
