using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Links;

/// <summary>Makes light-weight checkouts: a few files, and one git process that checks out.</summary>
/// <param name="pool">The folder of the pool. Jobs write in repositories there.</param>
internal sealed class LinkCreation(GitRunner git, string pool)
{
    /// <summary>Makes one.</summary>
    /// <param name="path">Its folder, absolute and real: not there, empty, or with a <c>.gitlink</c> alone.</param>
    public LinkState Create(string path, LinkSource source, GitlinkFile? wanted, CancellationToken cancellationToken)
    {
        LinkFolder.MustBeFree(path);
        var store = new LinkStore(source.Place);
        MustHaveFiles(source.Place);
        var name = wanted?.Name ?? LinkState.DefaultName(source.Place, path);
        MustBeNew(store, name);
        var (hadFolder, gitlink) = (Directory.Exists(path), ReadGitlink(path));
        var gitdir = wanted is { Gitdir.Length: > 0 } ? wanted.Gitdir : LinkAddress.Of(path, source.Place);
        var link = store.Add(name, new GitlinkFile { Gitdir = gitdir, Name = wanted?.Name }, path);
        try
        {
            LinkFolder.Write(link);
            IgnoreRules.Add(link, source.IsSubmodule);
            CheckOut(link, source, cancellationToken);
            return link;
        }
        catch
        {
            Undo(store, link, hadFolder, gitlink);
            throw;
        }
    }

    /// <summary>Checks something out in a checkout that is there.</summary>
    public void CheckOut(LinkState link, LinkSource source, CancellationToken cancellationToken)
    {
        SharedConfig.PutBack(source.Place.CommonDirectory);
        using var step = ProgressStep.Begin(git.Reports, $"checking out {link.Path}");
        // Quiet: else git counts how far the branch is from the remote's, which takes the longer the more history there is.
        var result = git.Run(
            new GitCall(["checkout", "--quiet", "--progress", .. source.Arguments])
            {
                WorkingDirectory = link.Path,
                Subject = link.Path,
                Config = [("advice.detachedHead", "false")],
                MayFail = true,
            },
            cancellationToken);
        if (result.ExitCode == 0)
            return;
        throw source.Ref is { } wanted && !Exists(link, wanted, cancellationToken)
            ? new GitprocException(ErrorReason.RefNotFound, $"{source.Place.Top} has no branch, tag or commit '{wanted}'.", wanted)
            : new GitprocException(ErrorReason.GitFailed, $"git checkout in {link.Path} failed with exit code {result.ExitCode}: {result.Error}", link.Path);
    }

    // Branches of remotes too, of which git makes a local one when only one remote has it (git-checkout(1)).
    private bool Exists(LinkState link, string wanted, CancellationToken cancellationToken) =>
        new GitReader(git, arguments => new GitCall(arguments) { WorkingDirectory = link.Path, Subject = link.Path }, cancellationToken)
            .Ask((link.Place with { GitDirectory = link.GitDirectory }).Outside(pool), reader => reader.Commit(wanted) is not null || reader.HasRemoteBranch(wanted));

    private static void MustBeNew(LinkStore store, string name)
    {
        if (store.List().FirstOrDefault(link => link.Name == name) is { } other)
        {
            throw new GitprocException(
                ErrorReason.NameTaken,
                $"{store.Place.Top} has a light-weight checkout '{name}' already, {(other.IsThere ? "at" : "missing from")} {other.Path}. "
                + "Give the new one another name, or end that one",
                name)
            {
                Hint = new(": ", "link remove", name),
            };
        }
    }

    // git-config(1), extensions.refStorage: what a worktree has to have there is git's own affair.
    private static void MustHaveFiles(RepositoryPlace place)
    {
        if (Directory.Exists(Path.Combine(place.CommonDirectory, "reftable")))
        {
            throw new GitprocException(
                ErrorReason.GitFailed, $"{place.Top} keeps its refs in reftables, of which no light-weight checkout can be made yet. See git worktree add.", place.Top);
        }
    }

    private static string? ReadGitlink(string path) =>
        Path.Combine(path, GitlinkFile.FileName) is var file && File.Exists(file) ? PlainFile.TryReadText(file) ?? "" : null;

    private static void Undo(LinkStore store, LinkState link, bool hadFolder, string? gitlink)
    {
        store.Remove(link.Id);
        IgnoreRules.Remove(store.Place, link.Path, isLast: store.List().Count == 0);
        // All in it was made here. Somebody may stand in a folder that was there before.
        if (hadFolder)
        {
            using var folder = RawFolder.Open(link.Path);
            folder.RemoveEntries();
        }
        else
        {
            FolderRemoval.TryRemove(link.Path);
        }

        if (gitlink is not null)
            File.WriteAllText(Path.Combine(link.Path, GitlinkFile.FileName), gitlink);
    }
}
