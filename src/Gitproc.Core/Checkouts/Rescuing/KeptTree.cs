using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Untrusted;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>Walks over a folder that a rescue keeps whole: another repository, or git directories of submodules.</summary>
internal static class KeptTree
{
    /// <summary>What a walk meets.</summary>
    /// <param name="Name">Its raw name.</param>
    /// <param name="Path">Its raw path in the checkout.</param>
    /// <param name="InGitDirectory">Its raw path in the git directory that it is in; null when it is in none.</param>
    public readonly record struct Item(RawFolder Parent, string Name, string Path, EntryKind Kind, string? InGitDirectory)
    {
        /// <summary>Whether a rescue keeps its text without secrets.</summary>
        public bool MayHoldSecrets => InGitDirectory is { } path && SecretConfig.MayBeIn(path);

        /// <summary>Whether a rescue does not keep it.</summary>
        public bool IsCredential => Kind == EntryKind.File && InGitDirectory is { } path && SecretConfig.IsCredential(path);
    }

    /// <summary>Visits the folder and all that is in it, a folder before what is in it; or a file alone, where it is one.</summary>
    /// <param name="path">Its raw path.</param>
    public static void Walk(CheckoutTree tree, string path, Action<Item> visit) => tree.At(path, (parent, name) =>
    {
        if (parent.Find(name) is not { } kind)
            return false;
        var gitDirectories = new Stack<string>();
        Visit(new RawTree.Entry(parent, name, path, kind));
        using var folder = parent.TryOpenFolder(name);
        if (folder is not null)
            RawTree.Walk(folder, path + "/", Visit);
        return true;

        // A folder comes before what is in it: the last one that an entry lies in is the innermost.
        bool Visit(RawTree.Entry entry)
        {
            while (gitDirectories.TryPeek(out var last) && !entry.Path.StartsWith(last + "/", StringComparison.Ordinal))
                gitDirectories.Pop();
            visit(new Item(entry.Parent, entry.Name, entry.Path, entry.Kind, gitDirectories.TryPeek(out var around) ? entry.Path[(around.Length + 1)..] : null));
            if (entry.Kind == EntryKind.Folder && IsGitDirectory(entry))
                gitDirectories.Push(entry.Path);
            return true;
        }
    });

    // gitrepository-layout(5); one of a worktree has no objects of its own.
    private static bool IsGitDirectory(RawTree.Entry entry)
    {
        using var folder = entry.Parent.TryOpenFolder(entry.Name);
        return folder?.Find("HEAD") == EntryKind.File && (folder.Find("objects") == EntryKind.Folder || folder.Find("commondir") == EntryKind.File);
    }
}
