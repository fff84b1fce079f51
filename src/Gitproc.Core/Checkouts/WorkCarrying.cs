using System.Text;
using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Rescuing;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>
/// Brings the uncommitted changes of a clone of the user's into the checkouts of one acquire: staged as staged,
/// untracked as untracked, and commits that the remote does not have.
/// </summary>
/// <remarks>
/// What is staged and what is in the files become two trees in a repository in <c>tmp</c> that borrows from the clone
/// and from the base repository. If something else is checked out than the clone has, both are applied to that there.
/// So what does not apply is refused before the checkout changes. Then git checks out the one tree, and takes the other
/// one, whose objects are packed into the checkout, for its index.
/// </remarks>
internal sealed class WorkCarrying(PoolFolder folder, GitRunner git, IProgress<PoolReport>? reports)
{
    private CarryList? _list;
    private bool _hasTold;

    /// <summary>The clone.</summary>
    public required CarrySource Source { get; init; }

    /// <summary>True if the checkout is to be where the clone is; false if the caller names another place.</summary>
    public required bool IsAtHead { get; init; }

    /// <summary>The branch to begin where the clone is; null for the branch of the clone.</summary>
    public string? NewBranch { get; init; }

    /// <summary>Looks at the clone, before anything is leased.</summary>
    public CarryList Look(CancellationToken cancellationToken) => _list ??= Source.Look(cancellationToken);

    /// <summary>Brings it into a checkout that nobody works in yet.</summary>
    /// <param name="beforeChange">Called once it is certain to apply, and before the checkout changes.</param>
    public void Run(
        CheckoutLock alone,
        CheckoutRow row,
        RepositoryRow repository,
        Action beforeChange,
        CancellationToken cancellationToken)
    {
        alone.MustBeOf(row.Id);
        var (list, place, basePath) = (Look(cancellationToken), folder.Place(row), folder.Base(repository.Base));
        var temporary = Directory.CreateDirectory(folder.Unfinished(row.Name, AcquireLeftovers.Carry)).FullName;
        using var step = ProgressStep.Begin(reports, $"bringing changes of {Source.Path} to {row.Name}");
        try
        {
            var lender = Path.Combine(temporary, "repository.git");
            RescueStore.Make(lender, basePath);
            File.AppendAllText(
                Path.Combine(lender, "objects", "info", "alternates"),
                Paths.ForGit(list.Objects) + "\n");
            var (staged, files) = Source.Write(
                list, Path.Combine(temporary, "index"), Path.Combine(lender, "objects"), cancellationToken);
            if (!IsAtHead && place.ReadHead()?.Commit is { } commit && commit != list.Head)
            {
                var apply = new CarryApplying(git, lender, Path.Combine(temporary, "applied")) { Subject = row.Name };
                (staged, files) = apply.Run(list.Head, staged, files, commit, cancellationToken)
                    ?? throw new GitprocException(
                        ErrorReason.CannotCarry,
                        $"The changes of {Source.Path} do not apply to what is to be checked out, {commit[..7]}. "
                            + "Nothing was changed. Commit and rebase them in your clone first.",
                        row.Name);
            }

            beforeChange();
            Pack(lender, [list.Head, staged], basePath, place, cancellationToken);
            var lent = ("GIT_ALTERNATE_OBJECT_DIRECTORIES", GitView.Quote(Path.Combine(lender, "objects")));
            RemoveSubmodules(place, files, lent, cancellationToken);
            if (IsAtHead)
                CheckOut(list, place, cancellationToken);
            // What is not staged becomes files, and never objects of the checkout.
            Run(place, [lent], mayFail: false, cancellationToken, "read-tree", "--reset", "-u", files);
            Git(place, cancellationToken, "read-tree", staged);
            if (list.Intended.Count > 0)
                AddIntended(place, list.Intended, cancellationToken);
            // 1: files differ from the index, as they are to.
            Run(place, [], mayFail: true, cancellationToken, "update-index", "-q", "--refresh");
            Tell(list);
        }
        finally
        {
            FolderRemoval.TryRemove(temporary);
        }
    }

    // As a rescue is restored: the lender goes away, and the checkout keeps what it needs.
    private void Pack(
        string lender, string[] wanted, string basePath, CheckoutPlace place, CancellationToken cancellationToken)
    {
        var input = Encoding.ASCII.GetBytes(string.Concat(
            wanted.Concat(TemplateRefs.Ids(basePath).Select(id => "^" + id)).Select(line => line + "\n")));
        git.Run(
            BaseCall.Of(
                lender,
                "pack-objects",
                "--quiet",
                "--revs",
                "--non-empty",
                "--delta-base-offset",
                Path.Combine(place.Objects, "pack", "pack")) with
            {
                Subject = place.Name,
                Input = stream => stream.Write(input),
            },
            cancellationToken);
    }

    // git leaves the folder of a submodule with files, and what was a submodule would be a new repository there.
    private void RemoveSubmodules(
        CheckoutPlace place, string files, (string, string) lent, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Path.Combine(place.GitDirectory, "modules")))
            return;
        // git-diff-tree(1), "Raw output format": :MODE MODE ID ID STATUS and PATH.
        var changes = Run(
            place, [lent], mayFail: false, cancellationToken,
            "diff-tree", "-r", "-z", "--no-renames", "HEAD", files).RawOutput.Split('\0');
        using var root = RawFolder.Open(place.Path);
        foreach (var change in changes.Chunk(2))
        {
            if (change is [var modes, var path] && modes.StartsWith(":160000 "u8) && !modes.StartsWith(":160000 160000 "u8))
                RawTree.Remove(root, path);
        }
    }

    private void AddIntended(
        CheckoutPlace place, IReadOnlyList<RawText> paths, CancellationToken cancellationToken)
    {
        var input = RawText.Concat(paths, end: '\0').ToBytes();
        git.Run(
            Call(
                place, [("GIT_LITERAL_PATHSPECS", "1")],
                "add", "--intent-to-add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul") with
            {
                Input = stream => stream.Write(input),
            },
            cancellationToken);
    }

    // A worktree shares its branches, and gets none that is not new.
    private void CheckOut(CarryList list, CheckoutPlace place, CancellationToken cancellationToken)
    {
        if (NewBranch is { } begun)
            Git(place, cancellationToken, "checkout", "--quiet", "--no-track", "-b", begun, list.Head);
        else if (list.Branch is { } branch && !place.IsWorktree)
            CheckOut(branch, list.Head, place, cancellationToken);
        else
            Git(place, cancellationToken, "checkout", "--quiet", "--detach", list.Head);
    }

    private void CheckOut(string branch, string commit, CheckoutPlace place, CancellationToken cancellationToken)
    {
        Git(place, cancellationToken, "checkout", "--quiet", "--no-track", "-B", branch, commit);
        var upstream = "refs/remotes/origin/" + branch;
        if (Head.ReadRef(place.GitDirectory, upstream) is not null)
            Git(place, cancellationToken, "branch", "--quiet", "--set-upstream-to=" + upstream, branch);
    }

    // Once for all checkouts of an acquire.
    private void Tell(CarryList list)
    {
        var rest = list.IsIncomplete
            ? "; files that git ignores, repositories in it and changes in submodules stay behind"
            : "";
        var what = list.Changed.Count + list.Added.Count == 0
            ? $"{Source.Path} has no changes to bring along"
            : $"{list.Changed.Count} changed and {list.Added.Count} new files of {Source.Path} brought along";
        if (!_hasTold)
            reports?.Report(new PoolReport(ReportKind.Notice, what + rest));
        _hasTold = true;
    }

    private void Git(CheckoutPlace place, CancellationToken cancellationToken, params string[] arguments) =>
        Run(place, [], mayFail: false, cancellationToken, arguments);

    private GitResult Run(
        CheckoutPlace place,
        (string, string)[] environment,
        bool mayFail,
        CancellationToken cancellationToken,
        params string[] arguments) =>
        git.Run(Call(place, environment, arguments) with { MayFail = mayFail }, cancellationToken);

    private static GitCall Call(CheckoutPlace place, (string, string)[] environment, params string[] arguments) =>
        new(arguments)
        {
            WorkingDirectory = place.Path,
            Subject = place.Name,
            Config = [GitCall.NoHooks, ("core.fsmonitor", "false"), ("submodule.recurse", "false")],
            Environment = [("GIT_DIR", place.GitDirectory), ("GIT_WORK_TREE", place.Path), .. environment],
        };
}

/// <summary>Applies the changes of a clone to another commit, without a work tree.</summary>
/// <param name="lender">A repository that has the objects of both.</param>
/// <param name="index">A file for an index, absolute.</param>
internal sealed class CarryApplying(GitRunner git, string lender, string index)
{
    /// <summary>The checkout that it is for.</summary>
    public required string Subject { get; init; }

    /// <summary>Applies first what is staged, and then the rest.</summary>
    /// <returns>The trees on top of the other commit; null if they do not apply.</returns>
    public (string Staged, string Files)? Run(
        string from, string staged, string files, string to, CancellationToken cancellationToken)
    {
        Git(null, cancellationToken, "read-tree", to);
        return Apply(from, staged, cancellationToken) is { } first
            && Apply(staged, files, cancellationToken) is { } second
                ? (first, second)
                : null;
    }

    private string? Apply(string from, string to, CancellationToken cancellationToken)
    {
        var patch = Git(
            null, cancellationToken, "diff-tree", "-r", "-p", "--binary", "--full-index", "--no-renames", from, to)
            .RawOutput;
        if (patch.Length > 0
            && Git(patch, cancellationToken, "apply", "--cached", "--whitespace=nowarn", "-").ExitCode != 0)
            return null;
        return Git(null, cancellationToken, "write-tree").Output.Trim();
    }

    private GitResult Git(RawText? input, CancellationToken cancellationToken, params string[] arguments) =>
        git.Run(
            BaseCall.Of(lender, arguments) with
            {
                Subject = Subject,
                MayFail = input is not null,
                Input = input is { } raw ? stream => stream.Write(raw.ToBytes()) : null,
                Environment = [("GIT_INDEX_FILE", index)],
            },
            cancellationToken);
}
