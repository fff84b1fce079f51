namespace Gitproc.Text;

/// <summary>What is so in a work tree, as tables show it.</summary>
public static class PrintableStatus
{
    /// <summary>Says it.</summary>
    /// <param name="isDirty">Whether files are changed, removed or new; null when it is not known.</param>
    /// <param name="ahead">How many commits the remote's branch has not; null when it is not known.</param>
    /// <param name="behind">How many commits that one has alone; null when it is not known.</param>
    /// <returns>As <c>dirty +1 -2</c>; a question mark when nothing is known.</returns>
    public static string Of(bool? isDirty, int? ahead, int? behind) =>
        (isDirty switch { true => "dirty", false => "clean", null => "?" }) + (ahead > 0 ? $" +{ahead}" : "") + (behind > 0 ? $" -{behind}" : "");
}
