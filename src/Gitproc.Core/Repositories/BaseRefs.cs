using System.Buffers;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Reports;

namespace Gitproc.Repositories;

/// <summary>
/// The refs of a base repository: the branches of the remote under <c>refs/remotes/origin</c>, the tags, and what was
/// fetched by its own name under <c>refs/gitproc/fetched</c>.
/// </summary>
internal sealed class BaseRefs(GitRunner git, string basePath)
{
    private const string Heads = "refs/heads/";
    private const string Remotes = "refs/remotes/origin/";
    private const string Tags = "refs/tags/";
    private const string Refs = "refs/";

    // Characters of revisions (gitrevisions(7)) that no name of a ref has (git-check-ref-format(1)).
    private static readonly SearchValues<char> InNoName = SearchValues.Create(" ~^:?*[\\\u007f");

    /// <summary>The ref for the commit that a remote has checked out if its HEAD is detached.</summary>
    public const string NoBranch = "refs/HEAD";

    /// <summary>The folder of refs for what was fetched and is neither a branch nor a tag.</summary>
    public const string FetchedFolder = "refs/gitproc/fetched/";

    /// <summary>The folder of the refs of rescued work.</summary>
    public const string RescueFolder = "refs/gitproc/rescue/";

    /// <summary>
    /// A ref that is not a rescue. An older version, which does not know of repositories that borrow from this one,
    /// takes it for one, and removes no base repository that has it.
    /// </summary>
    public const string BorrowedMarker = RescueFolder + "kept-elsewhere";

    /// <summary>The name under which a ref is kept that is neither a branch nor a tag.</summary>
    public static string Fetched(string name) =>
        FetchedFolder + (name.StartsWith(Refs, StringComparison.Ordinal) ? name[Refs.Length..] : $"commit/{name}");

    /// <summary>
    /// Names the branch of a fork as if the repository itself had it. Each is one file, so that a branch in the place
    /// of a folder of branches stops no fetch.
    /// </summary>
    public static string OfFork(string owner, string branch) => $"{Refs}fork/{Escape(owner)}/{Escape(branch)}";

    private static string Escape(string name) =>
        name.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);

    /// <summary>True if a fetch of branches and tags does not bring the ref.</summary>
    public static bool IsExtra(string name) =>
        name.StartsWith(Refs, StringComparison.Ordinal) && IsName(name)
        && !name.StartsWith(Heads, StringComparison.Ordinal)
        && !name.StartsWith(Remotes, StringComparison.Ordinal)
        && !name.StartsWith(Tags, StringComparison.Ordinal);

    /// <summary>
    /// True if a text can be the name of a ref, or a part of it (git-check-ref-format(1)), so that as a path it leads
    /// nowhere else.
    /// </summary>
    public static bool IsName(string text) =>
        text.Length > 0 && text[0] is not ('-' or '/' or '.') && text[^1] is not ('/' or '.')
        && !text.AsSpan().ContainsAny(InNoName) && !text.Any(char.IsControl)
        && !text.Contains("..", StringComparison.Ordinal) && !text.Contains("//", StringComparison.Ordinal)
        && !text.Contains("/.", StringComparison.Ordinal) && !text.Contains("@{", StringComparison.Ordinal);

    /// <summary>Reads the default branch without a process.</summary>
    public static Target Default(string basePath)
    {
        if (DefaultBranch(basePath) is { } branch)
            return new Target(branch, Head.ReadRef(basePath, Remotes + branch), HasUpstream: true);
        // The HEAD of the remote is detached, or the remote is empty.
        var head = Head.Read(basePath);
        return head is { Branch: null, Commit: { } commit }
            ? new Target(null, commit, HasUpstream: false)
            : new Target(head?.Branch ?? "main", null, HasUpstream: true);
    }

    /// <summary>True if the files of the default branch are valid or missing.</summary>
    /// <param name="branch">What <see cref="Default"/> tells; null for none.</param>
    public static bool IsDefaultWhole(string basePath, string? branch) =>
        BaseDamage.IsRefWhole(Path.Combine(basePath, Remotes, "HEAD"))
            && (branch is null || BaseDamage.IsRefWhole(Path.Combine(basePath, Remotes, branch)));

    /// <summary>Finds the wanted commit: a branch first, then a tag, then any other revision.</summary>
    /// <param name="wanted">A branch, tag, commit, full name of a ref or revision; null for the default branch.</param>
    /// <returns>The target; null if the base repository has none of that name.</returns>
    public Target? Find(string? wanted, CancellationToken cancellationToken)
    {
        if (wanted is null or "HEAD" or "@")
            return Default(basePath);
        if (!IsName(wanted))
            return Detached(Revision(Remotes + wanted, cancellationToken) ?? Revision(wanted, cancellationToken));
        if (IsExtra(wanted))
            return Detached(Revision(Fetched(wanted), cancellationToken));
        if (wanted.StartsWith(Heads, StringComparison.Ordinal))
            return Branch(wanted[Heads.Length..]);
        if (wanted.StartsWith(Tags, StringComparison.Ordinal))
            return Tag(wanted[Tags.Length..], cancellationToken);
        if (wanted.StartsWith(Remotes, StringComparison.Ordinal))
            return Detached(Id(wanted));
        return Branch(wanted)
            ?? Tag(wanted, cancellationToken)
            ?? (
                wanted.StartsWith("origin/", StringComparison.Ordinal)
                    ? Detached(Id(Remotes + wanted["origin/".Length..]))
                    : null)
            ?? Detached(Revision(wanted, cancellationToken));
    }

    /// <summary>
    /// True if <see cref="Find"/> finds the default branch by a name, or a branch or tag of the remote. Only those who
    /// may push to the remote make these. Anybody may have made the commit of a pull request.
    /// </summary>
    /// <param name="wanted">As for <see cref="Find"/>.</param>
    public bool IsBranchOrTag(string? wanted)
    {
        if (wanted is null or "HEAD" or "@")
            return true;
        if (!IsName(wanted))
            return false;
        if (wanted.StartsWith(Heads, StringComparison.Ordinal))
            return Id(Remotes + wanted[Heads.Length..]) is not null;
        // A tag outside of this folder may have been made in a worktree.
        if (wanted.StartsWith(Tags, StringComparison.Ordinal))
            return Id(BaseTags.Folder + wanted[Tags.Length..]) is not null;
        return !wanted.StartsWith(Refs, StringComparison.Ordinal)
            && (Id(Remotes + wanted) is not null || Id(BaseTags.Folder + wanted) is not null);
    }

    /// <summary>True if there is a commit.</summary>
    /// <param name="commit">Its full id.</param>
    public bool Has(string commit, CancellationToken cancellationToken) =>
        Revision(commit, cancellationToken) == commit;

    /// <summary>Lists the branches that somebody can ask for, without a process.</summary>
    public static IReadOnlyList<string> Branches(string gitDirectory, bool isOwnToo)
    {
        var ofRemote = BranchesOf(gitDirectory, "origin");
        return isOwnToo ? [.. OwnBranches(gitDirectory).Union(ofRemote).Order(StringComparer.Ordinal)] : ofRemote;
    }

    /// <summary>Lists the branches that a remote had when it was last fetched, without a process.</summary>
    public static IReadOnlyList<string> BranchesOf(string gitDirectory, string remote) =>
        [.. RefNames.Below(gitDirectory, $"refs/remotes/{remote}/").Where(name => name != "HEAD")];

    /// <summary>Lists a repository's own branches without a process.</summary>
    public static IReadOnlyList<string> OwnBranches(string gitDirectory) => RefNames.Below(gitDirectory, Heads);

    /// <summary>Lists the tags without a process.</summary>
    public static IReadOnlyList<string> TagNames(string gitDirectory) => RefNames.Below(gitDirectory, Tags);

    /// <summary>Sets <see cref="BorrowedMarker"/>, without a process.</summary>
    public static void MarkBorrowed(string basePath)
    {
        // A repository without commits has nothing to borrow.
        if (Head.ReadRef(basePath, BorrowedMarker) is not null || Default(basePath).Commit is not { } commit)
            return;
        var file = Path.Combine(basePath, BorrowedMarker);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var next = Path.Combine(basePath, $"borrowed.{Guid.NewGuid():N}");
        File.WriteAllText(next, commit + "\n");
        FileMove.Replace(next, file);
    }

    /// <summary>Refuses a new branch that exists already.</summary>
    /// <param name="branch">Its name, without <c>refs/heads/</c>.</param>
    public void MustHaveNoBranch(string branch)
    {
        if (Head.ReadRef(basePath, Heads + branch) is not null)
        {
            throw new GitprocException(
                ErrorReason.NameTaken,
                $"The branch {branch} is there already, and worktree checkouts share their branches. Give the new one another name, or remove that one: git --git-dir '{basePath}' branch -D {branch}",
                branch);
        }
    }

    /// <summary>Creates a branch that worktrees share.</summary>
    /// <param name="branch">Its name, without <c>refs/heads/</c>.</param>
    public void AddBranch(string branch, string commit, CancellationToken cancellationToken)
    {
        MustHaveNoBranch(branch);
        // git-update-ref(1): only if there is none.
        Run(cancellationToken, "update-ref", Heads + branch, commit, new string('0', commit.Length));
    }

    /// <summary>Removes a branch that was created, unless somebody has used it since.</summary>
    /// <param name="branch">Its name, without <c>refs/heads/</c>.</param>
    public void TryRemoveBranch(string branch, string commit) =>
        git.Run(Call(mayFail: true, "update-ref", "-d", Heads + branch, commit), CancellationToken.None);

    /// <summary>
    /// Removes refs that were fetched by name and that nobody has asked for in a long time. Their objects stay, and
    /// whoever asks fetches them again.
    /// </summary>
    public int ForgetFetched(TimeSpan age, IReadOnlySet<string> except, CancellationToken cancellationToken)
    {
        var old = FetchedRefs.FindOld(basePath, age, except);
        if (old.Count == 0)
            return 0;
        var input = RawText.Concat(old.Select(name => "delete "u8 + name), end: '\n').ToBytes();
        git.Run(
            Call(mayFail: false, "update-ref", "--no-deref", "--stdin") with { Input = stream => stream.Write(input) },
            cancellationToken);
        return old.Count;
    }

    /// <summary>Turns a clone into a base repository: bare, and without the local branch that a clone makes.</summary>
    public void MakeBase(CancellationToken cancellationToken)
    {
        Run(cancellationToken, "config", "core.bare", "true");
        // It was for the clone only. In worktrees a fetch works as everywhere else.
        Run(cancellationToken, "config", "--unset-all", "remote.origin.fetch", "^[+]refs/tags/");
        if (Head.Read(basePath) is not { Commit: { } commit } head)
            return;
        if (head.Branch is { } branch)
            Run(cancellationToken, "update-ref", "-d", Heads + branch);
        else
            Run(cancellationToken, "update-ref", Fetched(NoBranch), commit);
    }

    /// <param name="branch">The branch, without <c>refs/heads/</c>.</param>
    public void SetDefault(string branch, CancellationToken cancellationToken)
    {
        if (DefaultBranch(basePath) == branch || Head.ReadRef(basePath, Remotes + branch) is null)
            return;
        Run(cancellationToken, "symbolic-ref", Remotes + "HEAD", Remotes + branch);
        Run(cancellationToken, "symbolic-ref", "HEAD", Heads + branch);
    }

    /// <summary>Records that the HEAD of the remote is detached.</summary>
    public void SetDetached(string commit, CancellationToken cancellationToken)
    {
        if (DefaultBranch(basePath) is not null)
            Run(cancellationToken, "symbolic-ref", "--delete", Remotes + "HEAD");
        if (Head.Read(basePath) is { Branch: null } head && head.Commit == commit)
            return;
        Run(cancellationToken, "update-ref", Fetched(NoBranch), commit);
        Run(cancellationToken, "update-ref", "--no-deref", "HEAD", commit);
    }

    // git-remote(1), set-head.
    private static string? DefaultBranch(string basePath)
    {
        const string symref = "ref: " + Remotes;
        var file = Path.Combine(basePath, Remotes, "HEAD");
        return
            PlainFile.TryRead(file) is { } bytes
            && RawText.FromBytes(bytes).TrimEnd().ToText() is var text
            && text.StartsWith(symref, StringComparison.Ordinal)
            ? text[symref.Length..]
            : null;
    }

    private static Target? Detached(string? commit) =>
        commit is null ? null : new Target(null, commit, HasUpstream: false);

    private Target? Branch(string name) =>
        Id(Remotes + name) is { } commit ? new Target(name, commit, HasUpstream: true) : null;

    private Target? Tag(string name, CancellationToken cancellationToken)
    {
        var packed = Path.Combine(basePath, "packed-refs");
        // The tag of the remote goes before one that somebody has made in a worktree.
        foreach (var full in (ReadOnlySpan<string>)[BaseTags.Folder + name, Tags + name])
        {
            var isLoose = File.Exists(Path.Combine(basePath, full));
            if (isLoose || PackedRefs.Find(packed, full) is not null)
            {
                return Detached(
                    (isLoose ? null : PackedRefs.FindPeeled(packed, full)) ?? Revision(full, cancellationToken));
            }
        }

        return null;
    }

    private string? Id(string name) => Head.ReadRef(basePath, name);

    private string? Revision(string revision, CancellationToken cancellationToken) =>
        new GitReader(git, arguments => BaseCall.Of(basePath, arguments), cancellationToken)
            .Ask(BaseCall.Trusted(basePath), reader => reader.Commit(revision));

    private void Run(CancellationToken cancellationToken, params string[] arguments) =>
        git.Run(Call(mayFail: false, arguments), cancellationToken);

    private GitCall Call(bool mayFail, params string[] arguments) =>
        BaseCall.Of(basePath, arguments) with { MayFail = mayFail };
}
