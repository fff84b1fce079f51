using System.Globalization;

namespace Gitproc.Text;

/// <summary>Sizes as messages and views show them. A KB is 1,024 bytes, as in PowerShell and in git's config.</summary>
public static class PrintableSize
{
    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB"];

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
