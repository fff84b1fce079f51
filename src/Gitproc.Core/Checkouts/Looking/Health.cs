namespace Gitproc.Checkouts.Looking;

/// <summary>What was found at the folder of a checkout.</summary>
/// <param name="IsMissing">Whether nothing is there: it can be made anew and nothing is lost.</param>
/// <param name="Damage">What is wrong, as the rest of a sentence that begins with its name; null when nothing is.</param>
internal sealed record Health(bool IsMissing, string? Damage)
{
    /// <summary>Nothing is there.</summary>
    public static Health Missing { get; } = new(true, null);

    /// <summary>A repository is there.</summary>
    public static Health Good { get; } = new(false, null);

    /// <summary>Something is there that is no checkout of the pool any more.</summary>
    /// <param name="damage">What is wrong, as the rest of a sentence.</param>
    /// <returns>The finding.</returns>
    public static Health Damaged(string damage) => new(false, damage);
}
