using System.Security.Cryptography;
using System.Text;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Reports;

namespace Gitproc.Repositories;

/// <summary>
/// What the <c>.git</c> of every checkout of a repository looks like when nobody has worked in it: a git directory inside the
/// base repository, with the user's template, the remote-tracking branches and the tags. Checkouts are made and cleaned
/// after it, without a process.
/// </summary>
/// <param name="git">Runs git.</param>
internal sealed class CheckoutModel(GitRunner git)
{
    private const string Remote = "refs/remotes/origin/";
    private const char TracksTags = 't';

    /// <summary>Where the model of a base repository is.</summary>
    /// <param name="basePath">The base repository.</param>
    /// <returns>An absolute path.</returns>
    public static string Of(string basePath) => Path.Combine(basePath, "gitproc", "model");

    /// <summary>Reads which state of the remote a model shows.</summary>
    /// <param name="basePath">The base repository.</param>
    /// <returns>A text that is another one when a branch, a tag or the default branch is; null when there is no model.</returns>
    public static string? Generation(string basePath)
    {
        var file = GenerationFile(basePath);
        return File.Exists(file) ? File.ReadAllText(file) : null;
    }

    /// <summary>Makes the model.</summary>
    /// <param name="gitDirectory">The base repository where it is now; it may not have its name yet.</param>
    /// <param name="basePath">The base repository's path when it has.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <exception cref="GitprocException">git failed.</exception>
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
        // Git's samples run nothing, and would be compared each time that a checkout is cleaned.
        foreach (var sample in Directory.EnumerateFiles(Directory.CreateDirectory(Path.Combine(made, "hooks")).FullName, "*.sample"))
            File.Delete(sample);
        File.AppendAllText(Path.Combine(made, "config"), "[remote \"origin\"]\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n");
        Directory.CreateDirectory(Path.Combine(made, "objects", "info"));
        File.WriteAllText(Path.Combine(made, "objects", "info", "alternates"), GitPath(Path.Combine(basePath, "objects")) + "\n");
        Directory.Move(made, model);
        FolderRemoval.Remove(work);
        Update(gitDirectory, cancellationToken);
    }

    /// <summary>Brings the model, and the tags that worktrees share, up to date with what was fetched. Nobody else does at the time.</summary>
    /// <param name="basePath">The base repository.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <exception cref="GitprocException">git failed.</exception>
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
        var origin = File.Exists(Path.Combine(basePath, Remote, "HEAD")) ? File.ReadAllText(Path.Combine(basePath, Remote, "HEAD")) : null;
        var generation = TracksTags + Convert.ToHexString(SHA256.HashData([.. refs, .. Encoding.UTF8.GetBytes($"{head}{origin}")]))[..16];
        if (generation == Generation(basePath))
            return;
        // An older gitproc took tags that are somebody's own for the remote's.
        BaseTags.Follow(git, basePath, Generation(basePath)?.StartsWith(TracksTags) == true ? ReadTags(model) : new Dictionary<string, string>(), cancellationToken);
        Replace(Path.Combine(model, "packed-refs"), refs);
        Replace(Path.Combine(model, "HEAD"), Encoding.UTF8.GetBytes(head));
        if (origin is not null)
            Replace(Path.Combine(model, Remote, "HEAD"), Encoding.UTF8.GetBytes(origin));
        // Last: until then a checkout that was brought up to date is so once more.
        Replace(GenerationFile(basePath), Encoding.UTF8.GetBytes(generation));
    }

    private static Dictionary<string, string> ReadTags(string model)
    {
        using var folder = RawFolder.Open(model);
        return RefFiles.Packed(folder).Where(line => line.Name.StartsWith(BaseTags.Shared, StringComparison.Ordinal)).ToDictionary(line => line.Name, line => line.Id, StringComparer.Ordinal);
    }

    // The lines of the refs that are a checkout's too, sorted (git-pack-refs(1)): a line "^ID" tells to what the tag before it
    // leads. The tags are tracked under names that come before those of branches, and in a checkout come behind them.
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
                tags.Append(line.AsSpan(0, space)).Append(BaseTags.Shared).Append(line.AsSpan(space + BaseTags.Folder.Length)).Append('\n');
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
        File.Move(next, file, overwrite: true);
    }

    private static string GenerationFile(string basePath) => Path.Combine(basePath, "gitproc", "generation");

    // As git writes paths on Windows too.
    private static string GitPath(string path) => path.Replace(Path.DirectorySeparatorChar, '/');

    private static GitCall Call(string basePath, params string[] arguments) => BaseCall.Of(basePath, arguments);
}
