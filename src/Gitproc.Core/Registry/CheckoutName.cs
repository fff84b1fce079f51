using System.Globalization;

namespace Gitproc.Registry;

/// <summary>The names <c>checkout-N</c>.</summary>
internal static class CheckoutName
{
    private const string Prefix = "checkout-";

    /// <summary>Makes a name.</summary>
    /// <param name="id">The N.</param>
    /// <returns>The name.</returns>
    public static string Of(long id) => Prefix + id.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads the name of a folder.</summary>
    /// <param name="name">Any text.</param>
    /// <returns>The N; null when the text is no such name.</returns>
    public static long? Read(string name) => Read(name, StringComparison.Ordinal);

    /// <summary>Reads a name as a user writes it: upper and lower case are the same.</summary>
    /// <param name="name">Any text.</param>
    /// <returns>The N; null when the text is no such name.</returns>
    public static long? ReadTyped(string name) => Read(name, StringComparison.OrdinalIgnoreCase);

    private static long? Read(string name, StringComparison comparison) =>
        name.StartsWith(Prefix, comparison)
        && long.TryParse(name[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        && Of(id).Equals(name, comparison)
            ? id
            : null;
}
