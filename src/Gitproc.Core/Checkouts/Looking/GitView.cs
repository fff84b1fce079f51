using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Checkouts.Looking;

/// <summary>
/// A private git directory through which git looks at a checkout. Config, refs, hooks and excludes come from a trusted
/// repository; only the work tree, the index and the objects are the checkout's. So git obeys nothing that a job wrote
/// into <c>.git</c>. See gitrepository-layout(5), <c>commondir</c>.
/// </summary>
internal sealed class GitView : IDisposable
{
    // The user's settings for all repositories must not make git run something of the checkout, look elsewhere, or miss
    // a changed file.
    private static readonly (string Key, string Value)[] Caution =
    [
        ("core.fsmonitor", "false"), ("core.untrackedCache", "false"), ("core.splitIndex", "false"),
        ("submodule.recurse", "false"), ("status.renames", "false"),
        // If the index says that a file is unchanged, we compared it already. On Windows git has no change time.
        ("core.trustctime", OperatingSystem.IsWindows() ? "false" : "true"), ("core.checkStat", "default"),
        ("gc.auto", "0"), ("maintenance.auto", "false"),
    ];

    // git does not trust summaries that a job may have written next to its objects.
    private static readonly (string Key, string Value)[] CautionWithObjects =
    [
        ("core.commitGraph", "false"),
        ("core.multiPackIndex", "false"),
    ];

    private readonly string _folder;
    private readonly string _workTree;
    private readonly string? _base;
    private string _objects;
    private FileSelection _files = FileSelection.All;
    private string? _url;

    private GitView(
        string folder, string gitDirectory, string objects, string workTree, string? basePath, string? commit)
    {
        _folder = folder;
        _objects = objects;
        _workTree = workTree;
        _base = basePath;
        Index = Path.Combine(gitDirectory, "index");
        Directory.CreateDirectory(folder);
        SetHead(commit);
    }

    /// <summary>The repository that the checkout borrows objects from; null if there is none.</summary>
    public string? Base { get; private init; }

    /// <summary>The view's own folder.</summary>
    public string Folder => _folder;

    /// <summary>The index that git uses: at first the checkout's own.</summary>
    public string Index { get; private set; }

    /// <summary>An index in the view's own folder, for when the checkout's index must not be changed or used.</summary>
    public string OwnIndex => Path.Combine(_folder, "index");

    /// <summary>The folder for a view of a nested repository; only one at a time.</summary>
    public string NestedFolder => Path.Combine(_folder, "nested");

    /// <summary>The checkout's objects, for <c>GIT_ALTERNATE_OBJECT_DIRECTORIES</c>.</summary>
    public string Objects => Quote(_objects);

    /// <summary>Makes a view of a checkout.</summary>
    /// <param name="commit">The commit that is checked out; null for none.</param>
    public static GitView OfCheckout(
        string folder, CheckoutPlace place, string trusted, string basePath, string? commit)
    {
        var view = new GitView(
            folder, place.GitDirectory, place.Objects, place.Path, place.IsWorktree ? null : basePath, commit)
        {
            Base = basePath,
        };
        File.WriteAllText(Path.Combine(folder, "commondir"), trusted + "\n");
        return view;
    }

    /// <summary>
    /// Makes a view of a repository that a job made. The view uses nothing of the repository's config.
    /// </summary>
    public static GitView OfNested(string folder, string gitDirectory, string objects, string workTree, string commit)
    {
        var view = new GitView(folder, gitDirectory, objects, workTree, null, commit);
        Directory.CreateDirectory(Path.Combine(folder, "refs"));
        Directory.CreateDirectory(Path.Combine(folder, "objects"));
        var isSha256 = commit.Length == 64;
        File.WriteAllText(
            Path.Combine(folder, "config"),
            $"[core]\n\trepositoryformatversion = {(isSha256 ? 1 : 0)}\n\tbare = false\n{(isSha256 ? "[extensions]\n\tobjectFormat = sha256\n" : "")}"
        );
        return view;
    }

    /// <summary>Makes the view a repository from which git can fetch what a folder of objects has.</summary>
    public void Lend(string objects)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "objects", "info"));
        File.WriteAllText(Path.Combine(_folder, "objects", "info", "alternates"), objects + "\n");
    }

    /// <summary>Sets what is checked out.</summary>
    /// <param name="commit">The commit's id; null for none.</param>
    public void SetHead(string? commit) =>
        File.WriteAllText(Path.Combine(_folder, "HEAD"), (commit ?? $"ref: {Worktrees.Unborn}") + "\n");

    /// <summary>From here on git uses <see cref="OwnIndex"/>, and the checkout's index does not change.</summary>
    public void UseOwnIndex() => Index = OwnIndex;

    /// <summary>From here on git uses only the objects of the base repository, and none of the job's.</summary>
    public void UseBaseObjects() => _objects = _base is null ? _objects : Path.Combine(_base, "objects");

    /// <summary>From here on git checks out these files, and no others.</summary>
    /// <param name="url">Where git-lfs gets contents.</param>
    public void UseFiles(FileSelection files, string url)
    {
        (_files, _url) = (files, url);
        if (!files.IsSparse)
            return;
        var info = Directory.CreateDirectory(Path.Combine(_folder, "info")).FullName;
        File.WriteAllText(Path.Combine(info, "sparse-checkout"), files.Patterns());
    }

    /// <summary>
    /// Writes <see cref="OwnIndex"/>. git does not compare the content of files whose entries have file data.
    /// </summary>
    public void WriteIndex(IReadOnlyList<IndexEntry> entries)
    {
        if (entries.Count == 0)
        {
            File.Delete(OwnIndex);
            return;
        }

        IndexFile.Write(OwnIndex, entries);
        // git compares files that are as new as the index (Documentation/technical/racy-git.txt).
        File.SetLastWriteTimeUtc(OwnIndex, DateTime.UtcNow.AddHours(1));
    }

    /// <summary>Reads a commit into <see cref="OwnIndex"/>. The entries have no file data.</summary>
    /// <param name="commit">The commit; null for none.</param>
    public IReadOnlyList<IndexEntry> ReadTree(
        GitRunner git, string subject, string? commit, CancellationToken cancellationToken)
    {
        File.Delete(OwnIndex);
        if (commit is null)
            return [];
        git.Run(Call(subject, "read-tree", commit), cancellationToken);
        return IndexFile.Parse(File.ReadAllBytes(OwnIndex)) is { } index
            ? index.Entries
            : throw new GitprocException(
                ErrorReason.GitFailed, $"git did not write an index of {commit} for {subject}.", subject);
    }

    /// <summary>Makes a call of git through the view. Paths in its arguments are not patterns.</summary>
    public GitCall Call(string subject, params IReadOnlyList<string> arguments) =>
        new(arguments)
        {
            WorkingDirectory = _workTree,
            Subject = subject,
            Config =
            [
                .. Caution,
                .. _files.Config,
                .. _url is null ? [] : ((string, string)[])[("remote.origin.url", _url)],
                .. _base is not null && _objects == Path.Combine(_base, "objects") ? [] : CautionWithObjects,
                GitCall.NoHooks,
            ],
            Environment =
            [
                ("GIT_DIR", _folder),
                ("GIT_WORK_TREE", _workTree),
                ("GIT_INDEX_FILE", Index),
                ("GIT_OBJECT_DIRECTORY", _objects),
                ("GIT_ALTERNATE_OBJECT_DIRECTORIES", _base is null ? "" : Quote(Path.Combine(_base, "objects"))),
                ("GIT_NO_REPLACE_OBJECTS", "1"),
                ("GIT_LITERAL_PATHSPECS", "1"),
                // Let git-status(1) write its findings into the index.
                ("GIT_OPTIONAL_LOCKS", "1"),
                // Our code searches git's messages for files that git could not read.
                ("LC_ALL", "C"),
                _files.Environment,
            ],
        };

    /// <inheritdoc/>
    public void Dispose() => FolderRemoval.TryRemove(_folder);

    /// <summary>
    /// Quotes a path, which may contain the separator, for <c>GIT_ALTERNATE_OBJECT_DIRECTORIES</c> (git(1)).
    /// </summary>
    public static string Quote(string path) =>
        $"\"{path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
