using System.Globalization;

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
        ["", ".git", ".git/index", ".git/config", ".git/HEAD", ".git/packed-refs", ".git/objects/info", ".git/hooks", ".git/info", ".git/refs", ".git/refs/heads", ".git/refs/tags"];

    /// <summary>Takes the stamp.</summary>
    /// <param name="checkout">The checkout's folder.</param>
    /// <returns>A text to compare.</returns>
    public static string Of(string checkout)
    {
        var hash = new HashCode64();
        foreach (var name in Watched)
        {
            var info = new FileInfo(Path.Combine(checkout, name));
            hash.Add(info.LastWriteTimeUtc.Ticks);
            hash.Add(info.Attributes.HasFlag(FileAttributes.Directory) || !info.Exists ? -1 : info.Length);
        }

        return hash.Value.ToString("x16", CultureInfo.InvariantCulture);
    }

    // FNV-1a: System.HashCode differs from process to process.
    private struct HashCode64()
    {
        public ulong Value { get; private set; } = 14695981039346656037;

        public void Add(long number) => Value = unchecked((Value ^ (ulong)number) * 1099511628211);
    }
}
