using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;

namespace Gitproc.Checkouts.Recycling;

/// <summary>
/// What is a linked worktree's own when nobody has worked in it: its private folder with HEAD and the way to its folder and back
/// (gitrepository-layout(5), <c>worktrees</c>). Nothing of what is there is obeyed.
/// </summary>
internal sealed class PristineWorktree(CheckoutPlace place)
{
    private static string LockReason { get; } = "a checkout of a gitproc pool: gitproc remove ends it\n";

    /// <summary>Makes the private folder so, with what it has checked out. Index and <c>gitproc/</c> are left as they are. It can be ended at any time and done again.</summary>
    public void Write(Target target)
    {
        Directory.CreateDirectory(place.GitDirectory);
        using var folder = RawFolder.Open(place.GitDirectory);
        var pristine = new PristineFolder(folder);
        // First: git prunes no worktree that has it, whose folder is not there yet (git-worktree(1), lock).
        pristine.Write("locked", LockReason);
        pristine.Write("commondir", "../..\n");
        // As light-weight checkouts have it, see LinkStore.
        pristine.Write("gitdir", RawText.OfText(place.GitEntry + "\n"));
        pristine.Write("HEAD", HeadOf(target));
        pristine.RemoveRest();
    }

    /// <summary>Writes what is checked out, and leaves all else as it is.</summary>
    public void WriteHead(Target target)
    {
        using var folder = RawFolder.Open(place.GitDirectory);
        new PristineFolder(folder).Write("HEAD", HeadOf(target));
    }

    /// <summary>Writes the file by which git finds the private folder.</summary>
    public void WriteGitFile(RawFolder folder)
    {
        const string name = ".git";
        // Relative, as that of a light-weight checkout.
        var content = RawText.OfText(GitFile.To(Paths.Relative(place.Path, place.GitDirectory)));
        if (folder.Find(name) == EntryKind.File && RawTree.Read(folder, name) == content)
            return;
        if (folder.Find(name) == EntryKind.Folder)
            throw new IOException("a folder is in the place of its .git file.");
        RawTree.Write(folder, name, content);
    }

    private static string HeadOf(Target target) => target switch
    {
        { Branch: { } branch } => RawText.OfText($"ref: refs/heads/{branch}\n"),
        { Commit: { } commit } => commit + "\n",
        _ => $"ref: {Worktrees.Unborn}\n",
    };
}
