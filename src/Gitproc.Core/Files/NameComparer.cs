namespace Gitproc.Files;

/// <summary>Compares names, and paths of them, as a file system finds them. Thread-safe.</summary>
/// <param name="ignoresCase">True if names that differ only in case are the same, see <see cref="Paths"/>.</param>
internal sealed class NameComparer(bool ignoresCase) : IEqualityComparer<RawText>
{
    /// <summary>Compares as this system does, even if a single volume differs.</summary>
    public static NameComparer Here { get; } = new(Paths.IgnoresCase);

    public bool Equals(RawText one, RawText other) =>
        one == other || (ignoresCase && one.ToText().Equals(other.ToText(), StringComparison.OrdinalIgnoreCase));

    public int GetHashCode(RawText name) =>
        ignoresCase ? name.ToText().GetHashCode(StringComparison.OrdinalIgnoreCase) : name.GetHashCode();
}
