using System.Security.Cryptography;
using System.Text;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;

namespace Gitproc.Repositories;

/// <summary>
/// The template repository: a git directory in the base repository that is equal to the <c>.git</c> of a checkout in
/// which nobody has worked. It has the user's template, the remote-tracking branches and the tags. Checkouts are made
/// and cleaned by it without a process.
/// </summary>
internal sealed class TemplateRepository(GitRunner git)
{
    private const string Remote = "refs/remotes/origin/";
    private const char TracksTags = 't';

    public static string Of(string basePath) => Path.Combine(basePath, "gitproc", "model");

    /// <summary>Reads which state of the remote a template repository has.</summary>
    /// <returns>
    /// A text that is another one when a branch, a tag or the default branch is; null if there is no template
    /// repository.
    /// </returns>
    public static string? Generation(string basePath)
    {
        var file = GenerationFile(basePath);
        return File.Exists(file) ? File.ReadAllText(file) : null;
    }

    public void Make(string gitDirectory, string basePath, CancellationToken cancellationToken)
    {
        var model = Of(gitDirectory);
        FolderRemoval.Remove(model);
        var work = model + ".new";
        FolderRemoval.Remove(work);
        var format = git.Run(Call(gitDirectory, "rev-parse", "--show-object-format"), cancellationToken).Output.Trim();
        git.Run(
            new GitCall("init", "--quiet", "--initial-branch=main", "--end-of-options", work)
            {
                WorkingDirectory = gitDirectory,
                // Environment variables, so that a git that does not know one of these formats is no worse off.
                Environment = [.. BaseClone.FilesRefFormat, ("GIT_DEFAULT_HASH", format)],
            },
            cancellationToken);
        var made = Path.Combine(work, ".git");
        // git's sample hooks run nothing, and would be compared whenever a checkout is cleaned.
        foreach (
            var sample in Directory.EnumerateFiles(
                Directory.CreateDirectory(Path.Combine(made, "hooks")).FullName, "*.sample"))
            File.Delete(sample);
        var config = ConfigText.Section("remote", "origin")
            + ConfigText.Line("fetch", "+refs/heads/*:refs/remotes/origin/*");
        // The user's own git must see what ours has written.
        if (OperatingSystem.IsWindows())
            config += ConfigText.Entry(GitCall.LongPaths.Key, GitCall.LongPaths.Value);
        File.AppendAllText(Path.Combine(made, "config"), config);
        Directory.CreateDirectory(Path.Combine(made, "objects", "info"));
        File.WriteAllText(
            Path.Combine(made, "objects", "info", "alternates"), Paths.ForGit(Path.Combine(basePath, "objects")) + "\n");
        FileMove.Folder(made, model);
        FolderRemoval.Remove(work);
        Update(gitDirectory, cancellationToken);
    }

    /// <summary>
    /// Brings the template repository, and the tags that worktrees share, up to date with what was fetched. Nobody else
    /// does at the time.
    /// </summary>
    public void Update(string basePath, CancellationToken cancellationToken)
    {
        git.Run(Call(basePath, "pack-refs", "--all"), cancellationToken);
        var model = Of(basePath);
        var refs = ReadShared(Path.Combine(basePath, "packed-refs"));
        var head = BaseRefs.Default(basePath) switch
        {
            { Branch: { } branch } => $"ref: refs/heads/{branch}\n",
            { Commit: { } commit } => commit + "\n",
            _ => "ref: refs/heads/main\n",
        };
        var origin = File.Exists(Path.Combine(basePath, Remote, "HEAD"))
            ? File.ReadAllText(Path.Combine(basePath, Remote, "HEAD"))
            : null;
        var generation =
            TracksTags
            + Convert.ToHexString(SHA256.HashData([.. refs, .. Encoding.UTF8.GetBytes($"{head}{origin}")]))[..16];
        if (generation == Generation(basePath))
            return;
        // An older gitproc took a user's own tags for those of the remote.
        var known = Generation(basePath)?.StartsWith(TracksTags) == true;
        BaseTags.Follow(git, basePath, known ? ReadTags(model) : [], cancellationToken);
        Replace(Path.Combine(model, "packed-refs"), refs);
        Replace(Path.Combine(model, "HEAD"), Encoding.UTF8.GetBytes(head));
        if (origin is not null)
            Replace(Path.Combine(model, Remote, "HEAD"), Encoding.UTF8.GetBytes(origin));
        // Last: if it ends before, a checkout is brought up to date once more.
        Replace(GenerationFile(basePath), Encoding.UTF8.GetBytes(generation));
    }

    private static Dictionary<RawText, RawText> ReadTags(string model)
    {
        using var folder = RawFolder.Open(model);
        return RefFiles.Packed(folder)
            .Where(line => line.Name.Chars.StartsWith(BaseTags.Shared, StringComparison.Ordinal))
            .ToDictionary(line => line.Name, line => RawText.FromText(line.Id));
    }

    // The lines of the refs that are a checkout's too, sorted (git-pack-refs(1)): a line "^ID" tells to what the tag
    // before it leads. The tags are tracked under names that come before those of branches, and in a checkout come
    // behind them.
    private static byte[] ReadShared(string packedRefs)
    {
        if (!File.Exists(packedRefs))
            return [];
        StringBuilder first = new(), tags = new();
        StringBuilder? shared = first;
        foreach (var line in File.ReadLines(packedRefs, Encoding.Latin1))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal) + 1;
            var isTag = false;
            if (line is [not ('#' or '^'), ..])
            {
                isTag = line.AsSpan(space).StartsWith(BaseTags.Folder);
                shared = isTag ? tags : line.AsSpan(space).StartsWith(Remote) ? first : null;
            }

            if (isTag)
            {
                tags.Append(line.AsSpan(0, space))
                    .Append(BaseTags.Shared)
                    .Append(line.AsSpan(space + BaseTags.Folder.Length))
                    .Append('\n');
            }
            else
                shared?.Append(line).Append('\n');
        }

        return Encoding.Latin1.GetBytes(first.Append(tags).ToString());
    }

    private static void Replace(string file, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var next = file + ".new";
        File.WriteAllBytes(next, content);
        FileMove.Replace(next, file);
    }

    private static string GenerationFile(string basePath) => Path.Combine(basePath, "gitproc", "generation");

    private static GitCall Call(string basePath, params string[] arguments) => BaseCall.Of(basePath, arguments);
}

/// <summary>
/// The tags of a remote. A base repository tracks them as it does branches, under <c>refs/gitproc/tags</c>: what the
/// remote drops is pruned there, and a name that becomes a folder of names, or the other way, is in nobody's way.
/// Clones have these and no others. <c>refs/tags</c> is what worktrees share, where anybody may have made a tag: it
/// follows, and only what came from the remote goes from there.
/// </summary>
internal static class BaseTags
{
    /// <summary>The refs that track them.</summary>
    public const string Folder = "refs/gitproc/tags/";

    /// <summary>The refspec that fetches them.</summary>
    public const string Refspec = $"+{Shared}*:{Folder}*";

    /// <summary>The refs in a clone, and those that worktrees share.</summary>
    public const string Shared = "refs/tags/";

    /// <summary>Updates the shared tags to those of the remote.</summary>
    public static void Follow(
        GitRunner git,
        string basePath,
        IReadOnlyDictionary<RawText, RawText> before,
        CancellationToken cancellationToken)
    {
        Dictionary<RawText, RawText> refs;
        using (var folder = RawFolder.Open(basePath))
            refs = RefFiles.Read(folder);
        var remote = refs.Where(entry => entry.Key.Chars.StartsWith(Folder, StringComparison.Ordinal))
            .ToDictionary(entry => RawText.Create($"{Shared}{entry.Key[Folder.Length..]}"), entry => entry.Value);
        var shared = refs.Where(entry => entry.Key.Chars.StartsWith(Shared, StringComparison.Ordinal)).ToDictionary();
        var gone = shared
            .Where(entry => !remote.ContainsKey(entry.Key) && before.GetValueOrDefault(entry.Key) == entry.Value)
            .Select(entry => entry.Key)
            .ToHashSet();
        var own = shared.Keys.Where(name => !remote.ContainsKey(name) && !gone.Contains(name)).ToHashSet();
        var ownFolders = own.SelectMany(FoldersOf).ToHashSet();
        // A checkout may still have what the remote has dropped, and it is no work of its job.
        Change(
            before
                .Where(entry => remote.GetValueOrDefault(entry.Key) != entry.Value)
                .Select(entry => entry.Value)
                .Distinct()
                .Select(id => RawText.Create($"update {BaseRefs.FetchedFolder}tag/{id} {id}")));
        // What is in the way of a folder goes first. Somebody's own tag stays, and that of the remote is then the
        // clones' alone.
        Change(gone.Select(name => RawText.Create($"delete {name} {shared[name]}")));
        Change(
            remote
                .Where(entry =>
                    shared.GetValueOrDefault(entry.Key) != entry.Value
                    && !ownFolders.Contains(entry.Key)
                    && !FoldersOf(entry.Key).Any(own.Contains))
                .Select(entry => RawText.Create($"update {entry.Key} {entry.Value}")));

        void Change(IEnumerable<RawText> lines)
        {
            var input = RawText.Concat(lines, end: '\n');
            if (input.Length > 0)
                git.Run(
                    BaseCall.Of(basePath, "update-ref", "--stdin") with
                    {
                        Input = stream => stream.Write(input.ToBytes()),
                    },
                    cancellationToken);
        }
    }

    private static IEnumerable<RawText> FoldersOf(RawText name)
    {
        for (var folder = name.ParentPath(); folder.Length > Shared.Length; folder = folder.ParentPath())
            yield return folder;
    }
}
