using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Untrusted;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// Walks over a folder that a rescue keeps as a whole: another repository, or the git directories of submodules.
/// </summary>
internal static class KeptTree
{
    /// <summary>An entry of the walk.</summary>
    /// <param name="Path">Its path in the checkout.</param>
    /// <param name="InGitDirectory">Its path in the git directory around it; null if there is none.</param>
    public readonly record struct Item(
        RawFolder Parent, RawText Name, RawText Path, EntryKind Kind, RawText? InGitDirectory)
    {
        /// <summary>True if a rescue removes secrets from its text.</summary>
        public bool MayHoldSecrets => InGitDirectory is { } path && SecretConfig.MayBeIn(path);

        /// <summary>True if a rescue leaves it out.</summary>
        public bool IsCredential =>
            Kind == EntryKind.File && InGitDirectory is { } path && SecretConfig.IsCredential(path);
    }

    /// <summary>
    /// Visits a folder and everything in it, each folder before its entries. If the path is a file, visits only that.
    /// </summary>
    public static void Walk(CheckoutTree tree, RawText path, Action<Item> visit) => tree.At(path, (parent, name) =>
    {
        if (parent.Find(name) is not { } kind)
            return false;
        var gitDirectories = new Stack<RawText>();
        Visit(new RawTree.Entry(parent, name, path, kind));
        using var folder = parent.TryOpenFolder(name);
        if (folder is not null)
            RawTree.Walk(folder, path + "/"u8, Visit);
        return true;

        // A folder comes before its entries, so the last git directory around an entry is the innermost.
        bool Visit(RawTree.Entry entry)
        {
            while (gitDirectories.TryPeek(out var last) && !entry.Path.StartsWith(last + "/"u8))
                gitDirectories.Pop();
            visit(
                new Item(
                    entry.Parent,
                    entry.Name,
                    entry.Path,
                    entry.Kind,
                    gitDirectories.TryPeek(out var around) ? entry.Path[(around.Length + 1)..] : null));
            if (entry.Kind == EntryKind.Folder && IsGitDirectory(entry))
                gitDirectories.Push(entry.Path);
            return true;
        }
    });

    // gitrepository-layout(5). The git directory of a worktree has no objects of its own.
    private static bool IsGitDirectory(RawTree.Entry entry)
    {
        using var folder = entry.Parent.TryOpenFolder(entry.Name);
        return folder?.Find("HEAD"u8) == EntryKind.File
            && (folder.Find("objects"u8) == EntryKind.Folder || folder.Find("commondir"u8) == EntryKind.File);
    }
}
