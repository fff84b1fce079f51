namespace Gitproc;

/// <summary>
/// What a repository proposes to run in its checkouts: the file <c>.gitproc</c> of its default branch. Immutable.
/// </summary>
public sealed record ProposedSetup
{
    /// <summary>The key of the repository, as <c>github.com/owner/repo</c>.</summary>
    public required string Repository { get; init; }

    /// <summary>The SHA-256 of the content, in hexadecimal digits; null if nothing is proposed any more.</summary>
    public string? Sha256 { get; init; }

    /// <summary>
    /// The content of the file, with control characters escaped; null if nothing is proposed any more.
    /// </summary>
    public string? Content { get; init; }

    /// <summary>True if the user has approved this content, so that it is used.</summary>
    public required bool Trusted { get; init; }

    /// <summary>Why it cannot be approved; null if it can be.</summary>
    public string? Problem { get; init; }

    /// <summary>The key, so that it can be used as the name of the repository.</summary>
    /// <returns><see cref="Repository"/>.</returns>
    public override string ToString() => Repository;
}
