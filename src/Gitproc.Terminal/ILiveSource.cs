using Gitproc.Reports;

namespace Gitproc.Terminal;

/// <summary>What <c>gitproc top</c> shows. Not thread-safe.</summary>
public interface ILiveSource : IDisposable
{
    /// <summary>True if a <see cref="Read"/> would find something new. Takes microseconds.</summary>
    bool HasChanged { get; }

    /// <summary>What is shown, before the summary.</summary>
    string Title { get; }

    /// <summary>The summary, in one line.</summary>
    string Summary { get; }

    /// <summary>Reads what is there now.</summary>
    /// <exception cref="GitprocException">It cannot be read.</exception>
    void Read();

    /// <summary>Lays out what was read.</summary>
    /// <param name="width">The number of columns of the terminal; null to cut nothing.</param>
    /// <param name="hasColor">True to show states in colour.</param>
    /// <returns>The tables, each with its titles first; a table without rows has no line.</returns>
    IReadOnlyList<IReadOnlyList<string>> Tables(int? width, bool hasColor);
}
