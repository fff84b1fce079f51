using System.Globalization;

namespace Gitproc;

/// <summary>Sizes as messages name them.</summary>
public static class PrintableSize
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>Names a size by its greatest unit.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>As <c>3.4 GiB</c>.</returns>
    public static string Of(long bytes)
    {
        var (size, unit) = ((double)bytes, 0);
        for (; size >= 1024 && unit < Units.Length - 1; unit++)
            size /= 1024;
        return $"{size.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture)} {Units[unit]}";
    }
}
