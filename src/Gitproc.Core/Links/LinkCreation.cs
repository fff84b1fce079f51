using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Links;

/// <summary>Creates links: writes a few files and runs one git process that checks out.</summary>
/// <param name="pool">The folder of the pool. Jobs write to repositories there.</param>
internal sealed class LinkCreation(GitRunner git, string pool)
{
    /// <param name="path">
    /// The absolute, real path of the link's folder. It does not exist, or is empty except for a <c>.gitlink</c> file.
    /// </param>
    /// <param name="wanted">The <c>Gitdir</c> and name that the user wants; null for the defaults.</param>
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

    /// <summary>Checks out in a link that exists.</summary>
    public void CheckOut(LinkState link, LinkSource source, CancellationToken cancellationToken)
    {
        SharedConfig.PutBack(source.Place.CommonDirectory);
        using var step = ProgressStep.Begin(git.Reports, $"checking out {link.Path}");
        // Without --quiet, git counts the commits between the branch and its upstream, which is slow in a long history.
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
            ? new GitprocException(
                ErrorReason.RefNotFound,
                $"{source.Place.Top} has no branch, tag or commit '{wanted}'.{HowToFetch(wanted)}",
                wanted)
            : new GitprocException(
                ErrorReason.GitFailed,
                $"git checkout in {link.Path} failed with exit code {result.ExitCode}: {result.Error}",
                link.Path);
    }

    // A repository of the user is not fetched: that would write to it what nobody asked for.
    private static string HowToFetch(string wanted) =>
        BaseRefs.IsExtra(wanted) ? $" If its remote has it, fetch it first: git fetch origin {wanted}:{wanted}" : "";

    // Remote branches count too: git creates a local branch from one that only one remote has (git-checkout(1)).
    private bool Exists(LinkState link, string wanted, CancellationToken cancellationToken) =>
        new GitReader(
            git,
            arguments => new GitCall(arguments) { WorkingDirectory = link.Path, Subject = link.Path },
            cancellationToken).Ask(
            (link.Place with { GitDirectory = link.GitDirectory }).Outside(pool),
            reader => reader.Commit(wanted) is not null || reader.HasRemoteBranch(wanted));

    private static void MustBeNew(LinkStore store, string name)
    {
        if (store.List().FirstOrDefault(link => link.Name == name) is { } other)
        {
            throw new GitprocException(
                ErrorReason.NameTaken,
                $"{store.Place.Top} already has a light-weight checkout '{name}', {(other.IsThere ? "at" : "missing from")} {other.Path}. "
                + "Choose another name, or remove that checkout",
                name)
            {
                Hint = new(": ", "link remove", name),
            };
        }
    }

    // The private folder of a worktree with reftables has an undocumented format (git-config(1),
    // extensions.refStorage).
    private static void MustHaveFiles(RepositoryPlace place)
    {
        if (Directory.Exists(Path.Combine(place.CommonDirectory, "reftable")))
        {
            throw new GitprocException(
                ErrorReason.GitFailed,
                $"{place.Top} stores its refs in reftables, and light-weight checkouts do not support that yet. Use git worktree add instead.",
                place.Top);
        }
    }

    private static string? ReadGitlink(string path) =>
        Path.Combine(path, GitlinkFile.FileName) is var file && File.Exists(file)
            ? PlainFile.TryReadText(file) ?? ""
            : null;

    private static void Undo(LinkStore store, LinkState link, bool hadFolder, string? gitlink)
    {
        store.Remove(link.Id);
        IgnoreRules.Remove(store.Place, link.Path, isLast: store.List().Count == 0);
        // The folder was empty, so everything in it was created here. If the folder existed before, keep it: it may be
        // the working directory of a process.
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
