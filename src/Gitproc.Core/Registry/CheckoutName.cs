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

    /// <summary>Reads a name.</summary>
    /// <param name="name">Any text.</param>
    /// <returns>The N; null when the text is no such name.</returns>
    public static long? Read(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal)
        && long.TryParse(name[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        && Of(id) == name
            ? id
            : null;
}
