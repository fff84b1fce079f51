using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Checkouts.Looking;

/// <summary>
/// A private git directory through which git looks at a checkout: config, refs, hooks and excludes are those of a
/// trusted repository, only work tree, index and objects are the checkout's. So nothing that a job wrote into
/// <c>.git</c> is obeyed. See gitrepository-layout(5), <c>commondir</c>.
/// </summary>
internal sealed class GitView : IDisposable
{
    // Nothing of the checkout may be run or looked up elsewhere by what the user has set for all repositories, and nothing
    // of a changed file be overlooked.
    private static readonly (string Key, string Value)[] Caution =
    [
        ("core.fsmonitor", "false"), ("core.untrackedCache", "false"), ("core.splitIndex", "false"),
        ("core.sparseCheckout", "false"), ("submodule.recurse", "false"), ("status.renames", "false"),
        // What git finds in an index that was written for it was compared already; there is no time of a change for it on Windows.
        ("core.trustctime", OperatingSystem.IsWindows() ? "false" : "true"), ("core.checkStat", "default"),
        ("gc.auto", "0"), ("maintenance.auto", "false"),
    ];

    // Nothing that a job wrote beside its objects tells what is in them.
    private static readonly (string Key, string Value)[] CautionWithObjects = [("core.commitGraph", "false"), ("core.multiPackIndex", "false")];

    private readonly string _folder;
    private readonly string _workTree;
    private readonly string? _base;
    private string _objects;

    private GitView(string folder, string gitDirectory, string objects, string workTree, string? basePath, string? commit)
    {
        _folder = folder;
        _objects = objects;
        _workTree = workTree;
        _base = basePath;
        Index = Path.Combine(gitDirectory, "index");
        Directory.CreateDirectory(folder);
        SetHead(commit);
    }

    /// <summary>The repository that the checkout has its objects from; null where there is none.</summary>
    public string? Base { get; private init; }

    /// <summary>The view's own folder.</summary>
    public string Folder => _folder;

    /// <summary>The index that git works with: at first the checkout's own.</summary>
    public string Index { get; private set; }

    /// <summary>An index of the view's own, for when the checkout's may not be changed or not be used.</summary>
    public string OwnIndex => Path.Combine(_folder, "index");

    /// <summary>Where a view of a nested repository can be made; one at a time.</summary>
    public string NestedFolder => Path.Combine(_folder, "nested");

    /// <summary>The checkout's objects, for <c>GIT_ALTERNATE_OBJECT_DIRECTORIES</c>.</summary>
    public string Objects => Quote(_objects);

    /// <summary>Makes a view of a checkout.</summary>
    /// <param name="commit">The commit it has checked out; null for none.</param>
    public static GitView OfCheckout(string folder, CheckoutPlace place, string trusted, string basePath, string? commit)
    {
        var view = new GitView(folder, place.GitDirectory, place.Objects, place.Path, place.IsWorktree ? null : basePath, commit) { Base = basePath };
        File.WriteAllText(Path.Combine(folder, "commondir"), trusted + "\n");
        return view;
    }

    /// <summary>Makes a view of a repository that a job made: of its config nothing is used.</summary>
    public static GitView OfNested(string folder, string gitDirectory, string objects, string workTree, string commit)
    {
        var view = new GitView(folder, gitDirectory, objects, workTree, null, commit);
        Directory.CreateDirectory(Path.Combine(folder, "refs"));
        Directory.CreateDirectory(Path.Combine(folder, "objects"));
        var isSha256 = commit.Length == 64;
        File.WriteAllText(
            Path.Combine(folder, "config"),
            $"[core]\n\trepositoryformatversion = {(isSha256 ? 1 : 0)}\n\tbare = false\n{(isSha256 ? "[extensions]\n\tobjectFormat = sha256\n" : "")}");
        return view;
    }

    /// <summary>Says what is checked out.</summary>
    /// <param name="commit">The commit's id; null for none.</param>
    public void SetHead(string? commit) => File.WriteAllText(Path.Combine(_folder, "HEAD"), (commit ?? $"ref: {Worktrees.Unborn}") + "\n");

    /// <summary>Goes on with <see cref="OwnIndex"/>, and leaves the checkout's as it is.</summary>
    public void UseOwnIndex() => Index = OwnIndex;

    /// <summary>Goes on with the objects of the base repository alone, and with none of a job's.</summary>
    public void UseBaseObjects() => _objects = _base is null ? _objects : Path.Combine(_base, "objects");

    /// <summary>Writes <see cref="OwnIndex"/>. Where an entry says what its file is like, git compares no content.</summary>
    public void WriteIndex(IReadOnlyList<IndexEntry> entries)
    {
        if (entries.Count == 0)
        {
            File.Delete(OwnIndex);
            return;
        }

        IndexFile.Write(OwnIndex, entries);
        // git compares those of the index's own second (Documentation/technical/racy-git.txt).
        File.SetLastWriteTimeUtc(OwnIndex, DateTime.UtcNow.AddHours(1));
    }

    /// <summary>Makes <see cref="OwnIndex"/> that of a commit, of whose files it says nothing.</summary>
    /// <param name="commit">The commit; null for none.</param>
    public IReadOnlyList<IndexEntry> ReadTree(GitRunner git, string subject, string? commit, CancellationToken cancellationToken)
    {
        File.Delete(OwnIndex);
        if (commit is null)
            return [];
        git.Run(Call(subject, "read-tree", commit), cancellationToken);
        return IndexFile.Parse(File.ReadAllBytes(OwnIndex)) is { } index
            ? index.Entries
            : throw new GitprocException(ErrorReason.GitFailed, $"git has written no index of {commit} for {subject}.", subject);
    }

    /// <summary>Makes a call that looks through the view. Its output is raw, and paths in its arguments are no patterns.</summary>
    public GitCall Call(string subject, params IReadOnlyList<string> arguments) => new(arguments)
    {
        WorkingDirectory = _workTree,
        Subject = subject,
        HasRawOutput = true,
        Config = [.. Caution, .. _base is not null && _objects == Path.Combine(_base, "objects") ? [] : CautionWithObjects, GitCall.NoHooks],
        Environment =
        [
            ("GIT_DIR", _folder), ("GIT_WORK_TREE", _workTree), ("GIT_INDEX_FILE", Index),
            ("GIT_OBJECT_DIRECTORY", _objects),
            ("GIT_ALTERNATE_OBJECT_DIRECTORIES", _base is null ? "" : Quote(Path.Combine(_base, "objects"))),
            ("GIT_NO_REPLACE_OBJECTS", "1"), ("GIT_LITERAL_PATHSPECS", "1"),
            // git-status(1) writes what it has found into the index.
            ("GIT_OPTIONAL_LOCKS", "1"),
            // git's messages are looked through for what could not be read.
            ("LC_ALL", "C"),
        ],
    };

    /// <inheritdoc/>
    public void Dispose() => FolderRemoval.TryRemove(_folder);

    // git(1), GIT_ALTERNATE_OBJECT_DIRECTORIES: a path in quotes may hold the separator.
    private static string Quote(string path) =>
        $"\"{path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
