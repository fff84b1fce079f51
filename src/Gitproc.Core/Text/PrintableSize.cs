using System.Globalization;

namespace Gitproc.Text;

/// <summary>Sizes as messages and views show them. A KB is 1,024 bytes, as in PowerShell and in git's config.</summary>
public static class PrintableSize
{
    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB"];

    /// <summary>Reads a size as git's config has it (git-config(1), "Values"): with k, m or g behind it.</summary>
    /// <param name="text">As <c>500m</c>.</param>
    /// <returns>The bytes; null if the text is not a size.</returns>
    public static long? Parse(string text)
    {
        var unit = text.Length == 0 ? 0 : "kmg".IndexOf(char.ToLowerInvariant(text[^1]), StringComparison.Ordinal) + 1;
        return
            long.TryParse(unit == 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            && size <= long.MaxValue >> (10 * unit)
            ? size << (10 * unit)
            : null;
    }

    /// <summary>Shows a size in its greatest unit.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>As <c>3.4 GB</c>.</returns>
    public static string Of(long bytes)
    {
        var (size, unit) = ((double)bytes, 0);
        for (; size >= 1024 && unit < Units.Length - 1; unit++)
            size /= 1024;
        return $"{size.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture)} {Units[unit]}";
    }
}
