namespace Gitproc.Pools;

/// <summary>Which light-weight checkout to end, and how.</summary>
public sealed record RemoveLinkRequest
{
    /// <summary>Its name or path.</summary>
    public required string Link { get; init; }

    /// <summary>The working directory, absolute.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Its base repository, as for <see cref="LinkRequest.Base"/>; null for the repository around the caller.</summary>
    public string? Base { get; init; }

    /// <summary>Whether work is thrown away instead of rescued.</summary>
    public bool Discard { get; init; }

    /// <summary>Whether it is removed although processes run in it.</summary>
    public bool Force { get; init; }
}
