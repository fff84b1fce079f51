using Gitproc.Files;

namespace Gitproc.Git.Running;

/// <summary>One git command to run.</summary>
internal sealed record GitCall(params IReadOnlyList<string> Arguments)
{
    /// <summary>
    /// What the user knows the command to be about, for errors: a URL, the name of a checkout; may be null.
    /// </summary>
    public string? Subject { get; init; }

    /// <summary>The working directory of git.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Config entries for this call only. They are never shown, so they may contain a password.</summary>
    public IReadOnlyList<(string Key, string Value)> Config { get; init; } = [];

    /// <summary>Environment variables for this call only. They are never shown.</summary>
    public IReadOnlyList<(string Name, string Value)> Environment { get; init; } = [];

    /// <summary>
    /// True if git gets the caller's <c>GIT_DIR</c> and similar variables. Only for the question which repository the
    /// caller is in.
    /// </summary>
    public bool KeepRepositoryVariables { get; init; }

    /// <summary>
    /// The maximum time in which git may be silent before it is ended; null for <see cref="GitRunner.SilenceTimeout"/>.
    /// </summary>
    public TimeSpan? SilenceTimeout { get; init; }

    /// <summary>True if a non-zero exit code is an answer and not a failure.</summary>
    public bool MayFail { get; init; }

    /// <summary>
    /// The absolute path of the repository whose refs and objects git needs. If git fails because of damage there, the
    /// damage is healed and git is run again. Null for no healing.
    /// </summary>
    public string? Base { get; init; }

    /// <summary>A config entry with which git runs no hooks: the null device contains no files.</summary>
    public static (string Key, string Value) NoHooks { get; } =
        ("core.hooksPath", OperatingSystem.IsWindows() ? "NUL" : "/dev/null");

    /// <summary>
    /// A config entry with which git for Windows takes paths of more than 260 characters (git-config(1) there,
    /// <c>core.longpaths</c>). Without it, git fails with "Filename too long".
    /// </summary>
    public static (string Key, string Value) LongPaths { get; } = ("core.longpaths", "true");

    /// <summary>
    /// Writes git's standard input, on a separate thread; null for no input. An exception ends git and is rethrown.
    /// Called again if git is run again.
    /// </summary>
    public Action<Stream>? Input { get; init; }

    /// <summary>
    /// Reads git's standard output, on a separate thread. <see cref="GitResult.Output"/> is then empty. An exception
    /// ends git and is rethrown. May be null.
    /// </summary>
    public Action<Stream>? ReadOutput { get; init; }
}

/// <summary>The result of a git command.</summary>
/// <param name="RawOutput">git's standard output; file names and contents need not be UTF-8.</param>
/// <param name="Error">git's standard error, without progress lines and passwords.</param>
internal sealed record GitResult(int ExitCode, RawText RawOutput, string Error)
{
    /// <summary>git's standard output as text.</summary>
    public string Output => RawOutput.ToText();
}
