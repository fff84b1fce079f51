using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Untrusted;
using Gitproc.Repositories;

namespace Gitproc.Checkouts.Recycling;

/// <summary>
/// The <c>.git</c> of a clean checkout: the files of a template repository, its own config and HEAD, and no objects,
/// except copies of the base repository's in a standalone checkout. The index and <c>gitproc/</c> stay as they are.
/// Nothing that is already there is obeyed.
/// </summary>
/// <param name="template">The template, a git directory without work tree and index.</param>
internal sealed class PristineGitDirectory(string template, string url, Target target)
{
    private static readonly RawText Objects = "objects"u8;
    private static readonly RawText[] Folders =
    [
        Objects,
        "objects/info"u8,
        "objects/pack"u8,
        "refs"u8,
        "refs/heads"u8,
        "refs/tags"u8,
    ];

    /// <summary>The objects of a standalone checkout; null for one that borrows.</summary>
    public ObjectCopies? Copies { get; init; }

    /// <summary>The same, with copies of objects.</summary>
    public PristineGitDirectory With(ObjectCopies copies) => new(template, url, target)
    {
        Copies = copies,
        Submodules = Submodules,
        WorkTree = WorkTree,
    };

    /// <summary>The submodules whose git directories stay in it as they are.</summary>
    public IReadOnlyList<KnownSubmodule> Submodules { get; init; } = [];

    /// <summary>Where the work tree is, from the git directory of a submodule; null for the folder around it.</summary>
    public string? WorkTree { get; init; }

    /// <summary>
    /// Makes a git directory pristine. Files that are already right are not written again. At every moment HEAD belongs
    /// to a complete repository, and objects go last. So you can stop this at any time and run it again.
    /// </summary>
    public void Write(string gitDirectory, CancellationToken cancellationToken)
    {
        using var folder = RawFolder.Open(gitDirectory);
        var pristine = new PristineFolder(folder, NameComparer.Here);
        foreach (var path in Folders)
            pristine.MakeFolder(path);
        using (var source = RawFolder.Open(template))
            CopyTemplate(source, pristine);
        Copies?.Bring(gitDirectory, pristine, cancellationToken);
        if (target.Files.IsSparse)
        {
            pristine.MakeFolder("info"u8);
            pristine.Write("info/sparse-checkout"u8, RawText.FromText(target.Files.Patterns()));
        }

        pristine.Write("config"u8, Config(File.ReadAllText(Path.Combine(template, "config"))));
        if (target is { Branch: { } branch, Commit: { } commit })
        {
            pristine.Write(RawText.Create($"refs/heads/{branch}"), RawText.Create($"{commit}\n"));
            if (target.Fork is { } fork)
                pristine.Write(
                    RawText.Create($"refs/remotes/{ForkRecord.Remote}/{fork.Name}"), RawText.Create($"{commit}\n"));
        }

        pristine.Write(
            "HEAD"u8,
            target.Branch is { } name
                ? RawText.Create($"ref: refs/heads/{name}\n")
                : RawText.Create($"{target.Commit!}\n"));
        foreach (var submodule in Submodules)
            pristine.KeepFolder(submodule.GitDirectory);
        pristine.RemoveRest(last: Objects);
        PushedRefs.Reset(gitDirectory);
    }

    private void CopyTemplate(RawFolder source, PristineFolder pristine) =>
        RawTree.Walk(
            source,
            default,
            entry =>
            {
                if (entry.Path.Chars is "config" or "HEAD" or "lfs"
                    || (
                        entry.Path.StartsWith("objects/"u8)
                        && entry.Path.Chars is not "objects/info"
                        && (Copies is not null || entry.Path.Chars is not "objects/info/alternates")))
                    return false;
                if (entry.Kind == EntryKind.Folder)
                {
                    pristine.MakeFolder(entry.Path);
                }
                else if (entry.Kind == EntryKind.File)
                {
                    using var file = entry.Parent.TryOpenFile(entry.Name);
                    pristine.Write(entry.Path, file!.ReadAll(), file.IsExecutable);
                }

                return true;
            });

    private RawText Config(string text)
    {
        var origin = ConfigText.Section("remote", "origin");
        var config = text.Replace(origin, origin + ConfigText.Line("url", url), StringComparison.Ordinal);
        if (target is { Branch: { } branch, HasUpstream: true })
            config += target.Fork is { } fork ? OfFork(branch, fork) : Upstream(branch, "origin", branch);
        if (target.Files.IsSparse)
        {
            config += ConfigText.Section("core", null)
                + ConfigText.Line("sparseCheckout", "true")
                + ConfigText.Line("sparseCheckoutCone", "true");
        }

        if (WorkTree is not null)
            config += ConfigText.Section("core", null) + ConfigText.Line("worktree", WorkTree);
        // As git submodule update --init writes it.
        foreach (var submodule in Submodules.Where(submodule => submodule.State == SubmoduleState.Filled))
        {
            config += ConfigText.Section("submodule", submodule.Name)
                + ConfigText.Line("active", "true")
                + ConfigText.Line("url", submodule.Address);
        }

        return RawText.FromText(config);
    }

    private static string Upstream(string branch, string remote, string name) =>
        ConfigText.Section("branch", branch)
        + ConfigText.Line("remote", remote)
        + ConfigText.Line("merge", $"refs/heads/{name}");

    // git-push(1): the refspec counts whatever push.default is, and pushRemote whatever remote.pushDefault is.
    private static string OfFork(string branch, ForkBranch fork) =>
        ConfigText.Section("remote", ForkRecord.Remote)
        + ConfigText.Line("url", fork.Url)
        + ConfigText.Line("fetch", $"+refs/heads/{fork.Name}:refs/remotes/{ForkRecord.Remote}/{fork.Name}")
        + ConfigText.Line("push", $"refs/heads/{branch}:refs/heads/{fork.Name}")
        + Upstream(branch, ForkRecord.Remote, fork.Name)
        + ConfigText.Line("pushRemote", ForkRecord.Remote);
}
