using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;

namespace Gitproc.Checkouts.Recycling;

/// <summary>
/// The private files of a clean worktree: its folder in the base repository with HEAD and the paths in both directions
/// (gitrepository-layout(5), <c>worktrees</c>). Nothing that is already there is obeyed.
/// </summary>
internal sealed class PristineWorktree(CheckoutPlace place)
{
    private static readonly RawText LockReason = "a checkout of a gitproc pool: gitproc remove ends it\n"u8;

    /// <summary>The submodules whose git directories stay in it as they are.</summary>
    public IReadOnlyList<KnownSubmodule> Submodules { get; init; } = [];

    /// <summary>
    /// Makes the private folder pristine, with HEAD at the target. The index and <c>gitproc/</c> stay as they are. You
    /// can stop this at any time and run it again.
    /// </summary>
    public void Write(Target target)
    {
        Directory.CreateDirectory(place.GitDirectory);
        using var folder = RawFolder.Open(place.GitDirectory);
        var pristine = new PristineFolder(folder, NameComparer.Here);
        // First, because git does not prune a locked worktree whose folder does not exist yet (git-worktree(1), lock).
        pristine.Write("locked"u8, LockReason);
        pristine.Write("commondir"u8, "../..\n"u8);
        // Same form as in light-weight checkouts, see LinkStore.
        pristine.Write("gitdir"u8, RawText.Create($"{Paths.ForGit(place.GitEntry)}\n"));
        pristine.Write("HEAD"u8, HeadOf(target));
        foreach (var submodule in Submodules)
            pristine.KeepFolder(submodule.GitDirectory);
        pristine.RemoveRest();
    }

    /// <summary>Writes only HEAD.</summary>
    public void WriteHead(Target target)
    {
        using var folder = RawFolder.Open(place.GitDirectory);
        new PristineFolder(folder, NameComparer.Here).Write("HEAD"u8, HeadOf(target));
    }

    /// <summary>Writes the <c>.git</c> file with which git finds the private folder.</summary>
    public void WriteGitFile(RawFolder folder)
    {
        RawText name = ".git"u8;
        // Relative, as in a light-weight checkout.
        var content = RawText.FromText(GitFile.To(Paths.Relative(place.Path, place.GitDirectory)));
        if (folder.Find(name) == EntryKind.File && RawTree.Read(folder, name) == content)
            return;
        if (folder.Find(name) == EntryKind.Folder)
            throw new IOException("a folder is in the place of its .git file.");
        RawTree.Write(folder, name, content);
    }

    private static RawText HeadOf(Target target) => target switch
    {
        { Branch: { } branch } => RawText.Create($"ref: refs/heads/{branch}\n"),
        { Commit: { } commit } => RawText.Create($"{commit}\n"),
        _ => RawText.Create($"ref: {Worktrees.Unborn}\n"),
    };
}
