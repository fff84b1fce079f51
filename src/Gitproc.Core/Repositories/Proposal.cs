using System.Security.Cryptography;
using System.Text;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Text;

namespace Gitproc.Repositories;

/// <summary>
/// The file <c>.gitproc</c> of the remote's default branch, with which a repository proposes hooks, variables and files
/// to copy. Nothing of it is used before the user has approved its content (<see cref="TrustedSetups"/>).
/// </summary>
/// <remarks>
/// A clone or fetch looks for it, and keeps its content in the base repository, so that an acquire tries to open one
/// file and starts no process. A commit that is checked out is never asked.
/// </remarks>
internal sealed class Proposal
{
    /// <summary>The name of the file.</summary>
    public const string Name = ".gitproc";

    // People read it before they approve it.
    private const int MaxBytes = 64 << 10;

    private readonly byte[] _content;

    private Proposal(byte[] content) => _content = content;

    /// <summary>The SHA-256 of the content, in hexadecimal digits.</summary>
    public string Sha256 => Convert.ToHexString(SHA256.HashData(_content)).ToLowerInvariant();

    /// <summary>The content as text, with control characters escaped.</summary>
    public string Text => PrintableText.OfLines(Encoding.UTF8.GetString(_content));

    /// <summary>Reads what the last clone or fetch has found.</summary>
    /// <returns>The proposal; null if there is none.</returns>
    public static Proposal? Of(string basePath) =>
        PlainFile.TryRead(Kept(basePath)) is { } content ? new Proposal(content) : null;

    /// <summary>Looks for the file, if the default branch is at another commit than at the last look.</summary>
    public static void Look(GitRunner git, string basePath, CancellationToken cancellationToken)
    {
        var commit = BaseRefs.Default(basePath).Commit ?? "";
        if (PlainFile.TryReadText(Seen(basePath))?.TrimEnd() == commit)
            return;
        var content = commit.Length > 0
            ? DefaultBranchFile.Read(git, basePath, commit, Name, MaxBytes, cancellationToken)
            : default;
        Directory.CreateDirectory(Path.GetDirectoryName(Kept(basePath))!);
        if (content.Length > 0)
            WholeFile.Write(Kept(basePath), content.ToBytes());
        else
            File.Delete(Kept(basePath));
        WholeFile.Write(Seen(basePath), Encoding.ASCII.GetBytes(commit + "\n"));
    }

    /// <summary>True the first time that it is asked for this content.</summary>
    public bool IsNews(string basePath)
    {
        var told = Path.Combine(basePath, "gitproc", "proposal.told");
        if (PlainFile.TryReadText(told) == Sha256)
            return false;
        WholeFile.Write(told, Encoding.ASCII.GetBytes(Sha256));
        return true;
    }

    /// <summary>Reads the settings in it with git, which follows no includes.</summary>
    /// <param name="folder">Any folder.</param>
    /// <param name="problem">Why it cannot be used, as a sentence; null if it can be.</param>
    public IReadOnlyList<KeyValuePair<string, string>> Parse(
        GitRunner git, string folder, out string? problem, CancellationToken cancellationToken)
    {
        var call = new GitCall("config", "--file", "-", "--no-includes", "--list", "--null")
        {
            WorkingDirectory = folder,
            MayFail = true,
            Input = stream => stream.Write(_content),
        };
        var listed = git.Run(call, cancellationToken);
        if (listed.ExitCode != 0)
        {
            problem = $"{Name} cannot be read as git config: {listed.Error.Trim()}";
            return [];
        }

        var entries = listed.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(ReadEntry).ToList();
        var bad = entries.Select(entry => entry.Key).Where(key => !IsAllowed(key)).Distinct().ToList();
        problem = bad.Count > 0
            ? $"{Name} sets {string.Join(", ", bad.Select(PrintableText.Of))}, which a repository cannot propose. "
                + "It may set gitproc.onCreate, onAcquire, onRelease, onRemove, copy and env.NAME."
            : FindError(entries);
        return problem is null ? entries : [];
    }

    // A value that cannot be read would stop each acquire.
    private static string? FindError(IReadOnlyList<KeyValuePair<string, string>> entries)
    {
        var errors = new List<Reports.GitprocException>();
        VariableSettings.Read(new SettingReader(new GitConfig([], null, null) { OfUser = entries }, errors));
        return errors.FirstOrDefault()?.Message;
    }

    private static bool IsAllowed(string key) =>
        key is "gitproc.oncreate" or "gitproc.onacquire" or "gitproc.onrelease" or "gitproc.onremove" or "gitproc.copy"
        || VariableSettings.IsVariable(key);

    private static KeyValuePair<string, string> ReadEntry(string field)
    {
        var end = field.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? new(field, "true") : new(field[..end], field[(end + 1)..]);
    }

    private static string Kept(string basePath) => Path.Combine(basePath, "gitproc", "proposal");

    private static string Seen(string basePath) => Kept(basePath) + ".commit";
}
