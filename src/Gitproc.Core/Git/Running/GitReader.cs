using System.Globalization;
using Gitproc.Git.Reading;
using LibGit2Sharp;

namespace Gitproc.Git.Running;

/// <summary>Reads any repository that git can read. Each query runs a process.</summary>
/// <param name="call">Makes a call that runs git in the repository.</param>
internal sealed class GitReader(GitRunner git, Func<string[], GitCall> call, CancellationToken cancellationToken)
    : IRepositoryReader
{
    /// <summary>Runs a query with LibGit2Sharp if possible, otherwise with git.</summary>
    /// <param name="trusted">The repository; null if a job can write to it, and so only git may read it.</param>
    public T Ask<T>(RepositoryPlace? trusted, Func<IRepositoryReader, T> question)
    {
        using var reader = trusted is null ? null : LibGit2Reader.TryOpen(trusted);
        try
        {
            return question(reader ?? (IRepositoryReader)this);
        }
        catch (LibGit2SharpException)
        {
            return question(this);
        }
    }

    /// <inheritdoc/>
    public string? Commit(string revision) =>
        TryRun("rev-parse", "--quiet", "--verify", "--end-of-options", revision + "^{commit}")?.Trim();

    /// <inheritdoc/>
    public bool HasRemoteBranch(string name) =>
        TryRun("for-each-ref", "--count=1", "--", $"refs/remotes/*/{name}") is { Length: > 0 };

    /// <inheritdoc/>
    // The format of a line is "mode id stage TAB path".
    public string? SubmoduleCommit(string path) =>
        Run(mayFail: false, "ls-files", "-z", "--stage", "--", $":(literal){path}").Output is var entries
        && entries.StartsWith("160000 ", StringComparison.Ordinal)
            ? entries.Split(' ')[1]
            : null;

    /// <inheritdoc/>
    public (int Ahead, int Behind)? Distance(string commit, string other) =>
        TryRun("rev-list", "--left-right", "--count", "--end-of-options", $"{commit}...{other}")?.Trim().Split('\t')
            is [var ahead, var behind]
            ? (int.Parse(ahead, CultureInfo.InvariantCulture), int.Parse(behind, CultureInfo.InvariantCulture))
            : null;

    private string? TryRun(params string[] arguments) =>
        Run(mayFail: true, arguments) is { ExitCode: 0 } answer ? answer.Output : null;

    private GitResult Run(bool mayFail, params string[] arguments) =>
        git.Run(call(arguments) with { MayFail = mayFail }, cancellationToken);
}
