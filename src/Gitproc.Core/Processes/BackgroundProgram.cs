namespace Gitproc.Processes;

/// <summary>
/// How a front end starts itself once more, so that a process of its own does something for the pool while the command
/// that began it is over.
/// </summary>
/// <param name="Path">The program: an absolute path, or a name on the PATH.</param>
/// <param name="Arguments">
/// Its first arguments. Behind them come the pool's folder, and the words for <c>PoolBackground.Run</c>.
/// </param>
public sealed record BackgroundProgram(string Path, IReadOnlyList<string> Arguments)
{
    /// <summary>Starts it in the pool's folder.</summary>
    /// <param name="variables">Variables that it gets besides those of this process; null for none.</param>
    /// <returns>False if it could not be started.</returns>
    internal bool Start(
        string pool, IEnumerable<string> words, IEnumerable<KeyValuePair<string, string>>? variables = null) =>
        DetachedProcess.Start(Path, [.. Arguments, pool, .. words], pool, variables);
}
