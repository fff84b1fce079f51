namespace Gitproc.Git.Untrusted;

/// <summary>Writes parts of a config file (git-config(1), "Syntax").</summary>
internal static class ConfigText
{
    /// <summary>Writes the head of a section.</summary>
    /// <param name="section">The section, in lower case.</param>
    /// <param name="name">The name of the subsection.</param>
    /// <returns>A line with its end.</returns>
    public static string Section(string section, string name) => $"[{section} \"{Escape(name)}\"]\n";

    /// <summary>Writes a value so that git reads it as it is.</summary>
    /// <param name="value">The value, without line ends.</param>
    /// <returns>The value, in quotes when it needs them.</returns>
    public static string Value(string value) =>
        value.AsSpan().ContainsAny("\"\\#;\t") || value != value.Trim() ? $"\"{Escape(value).Replace("\t", "\\t", StringComparison.Ordinal)}\"" : value;

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
