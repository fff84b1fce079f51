namespace Gitproc.Pools;

/// <summary>What a caller wants to be ready before somebody acquires it.</summary>
public sealed record WarmRequest
{
    /// <summary>
    /// A URL, a local path, or a name that the pool knows; null for the <c>origin</c> of the repository that
    /// <see cref="WorkingDirectory"/> lies in.
    /// </summary>
    public string? Repository { get; init; }

    /// <summary>The absolute path of the working directory.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>How many checkouts are to be free, clean and at the default branch; 1 or more.</summary>
    public required int Count { get; init; }

    /// <summary>How they are to get at objects: only such count, and such are made; null for the setting, and without that for any, and clones.</summary>
    public CheckoutKind? Kind { get; init; }
}
