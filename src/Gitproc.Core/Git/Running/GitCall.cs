using Gitproc.Files;

namespace Gitproc.Git.Running;

/// <summary>One git command to run.</summary>
internal sealed record GitCall(params IReadOnlyList<string> Arguments)
{
    /// <summary>What the user knows it to be about, for errors: a URL, a checkout's name; null when nothing.</summary>
    public string? Subject { get; init; }

    /// <summary>The folder git is run in.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Config entries for this call alone; they are never shown, so they may hold a password.</summary>
    public IReadOnlyList<(string Key, string Value)> Config { get; init; } = [];

    /// <summary>Environment variables for this call alone; never shown.</summary>
    public IReadOnlyList<(string Name, string Value)> Environment { get; init; } = [];

    /// <summary>
    /// Whether git sees the caller's <c>GIT_DIR</c> and its like: only when the question is which repository the
    /// caller stands in.
    /// </summary>
    public bool KeepRepositoryVariables { get; init; }

    /// <summary>How long git may say nothing before it is taken for hanging and ended; null for as long as any other (<see cref="GitRunner.SilenceTimeout"/>).</summary>
    public TimeSpan? SilenceTimeout { get; init; }

    /// <summary>Whether a non-zero exit code is an answer rather than a failure.</summary>
    public bool MayFail { get; init; }

    /// <summary>The repository whose refs and objects git needs, absolute: where damage there makes it fail, it is run again when that is healed. Null where nobody looks.</summary>
    public string? Base { get; init; }

    /// <summary>Config under which git runs no hooks: there is nothing in the null device, and nobody can put anything there.</summary>
    public static (string Key, string Value) NoHooks { get; } = ("core.hooksPath", OperatingSystem.IsWindows() ? "NUL" : "/dev/null");

    /// <summary>
    /// Writes what git reads on its standard input, on a thread of its own; null for nothing. What it throws ends git
    /// and is thrown on. Called again when git is run again.
    /// </summary>
    public Action<Stream>? Input { get; init; }

    /// <summary>
    /// Reads what git writes to its standard output, on a thread of its own, instead of <see cref="GitResult.Output"/>;
    /// null for nobody. What it throws ends git and is thrown on.
    /// </summary>
    public Action<Stream>? ReadOutput { get; init; }

    /// <summary>
    /// Whether the output is raw text (<see cref="RawText"/>): names of files need not be UTF-8, contents even less.
    /// </summary>
    public bool HasRawOutput { get; init; }
}

/// <summary>What a git command answered.</summary>
/// <param name="Error">What it said on standard error, without progress lines and passwords.</param>
internal sealed record GitResult(int ExitCode, string Output, string Error);
