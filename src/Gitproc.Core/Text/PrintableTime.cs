namespace Gitproc.Text;

/// <summary>Spans of time as messages and views name them.</summary>
public static class PrintableTime
{
    /// <summary>Names an age by its greatest unit.</summary>
    /// <param name="age">The age; one below zero counts as zero.</param>
    /// <returns>As <c>3 m</c>.</returns>
    public static string Age(TimeSpan age) => age switch
    {
        { TotalDays: >= 2 } => $"{(int)age.TotalDays} d",
        { TotalHours: >= 2 } => $"{(int)age.TotalHours} h",
        { TotalMinutes: >= 2 } => $"{(int)age.TotalMinutes} m",
        _ => $"{Math.Max(0, (int)age.TotalSeconds)} s",
    };
}
