using Gitproc.Files;
using Gitproc.Git;

namespace Gitproc.Checkouts.HandingOver;

/// <summary>
/// Makes an index that can be trusted, in the view: without marks, and without what it says of files on disk. git then
/// compares every file by its content, and those that are as they should be keep their times.
/// </summary>
/// <param name="view">The view of the checkout.</param>
/// <param name="git">Runs git.</param>
/// <param name="subject">What the user knows it to be about.</param>
internal sealed class IndexRepair(GitView view, GitRunner git, string subject)
{
    private const string Shared = "sharedindex.";

    /// <summary>Lets git find the other part of an index that is split in two (git-update-index(1), --split-index).</summary>
    /// <param name="gitDirectory">The checkout's <c>.git</c>.</param>
    /// <returns>Whether there is one.</returns>
    public bool BringSharedParts(RawFolder gitDirectory)
    {
        using var folder = RawFolder.Open(view.Folder);
        var parts = gitDirectory.Entries().Where(entry => entry.Kind == EntryKind.File && entry.Name.StartsWith(Shared, StringComparison.Ordinal)).ToList();
        foreach (var (name, _) in parts)
        {
            using var from = gitDirectory.TryOpenFile(name);
            using var to = folder.CreateFile(name, isExecutable: false);
            from!.Content.CopyTo(to);
        }

        return parts.Count > 0;
    }

    /// <summary>Makes a new index with the entries of the one in use.</summary>
    /// <param name="cancellationToken">Ends git.</param>
    public void Rebuild(CancellationToken cancellationToken)
    {
        var entries = RawText.ToBytes(git.Run(view.Call(subject, "ls-files", "-z", "--stage"), cancellationToken).Output);
        Replace();
        git.Run(view.Call(subject, "update-index", "-z", "--index-info") with { Input = stream => stream.Write(entries) }, cancellationToken);
        Compare(cancellationToken);
    }

    /// <summary>Makes a new index of what a commit has.</summary>
    /// <param name="commit">The commit; null for none.</param>
    /// <param name="cancellationToken">Ends git.</param>
    public void Reread(string? commit, CancellationToken cancellationToken)
    {
        view.SetHead(commit);
        Replace();
        git.Run(view.Call(subject, commit is null ? ["read-tree", "--empty"] : ["read-tree", commit]), cancellationToken);
        Compare(cancellationToken);
    }

    /// <summary>
    /// Compares the files that are other than the index says by their content. git-reset(1) writes each of them anew, also one
    /// that differs in nothing but its times, so the index must know before.
    /// </summary>
    /// <param name="cancellationToken">Ends git.</param>
    public void Compare(CancellationToken cancellationToken) =>
        // A file that differs makes the command fail.
        git.Run(view.Call(subject, "update-index", "-q", "--refresh") with { MayFail = true }, cancellationToken);

    private void Replace()
    {
        view.UseOwnIndex();
        File.Delete(view.Index);
    }
}
