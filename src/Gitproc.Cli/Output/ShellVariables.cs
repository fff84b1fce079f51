namespace Gitproc.Cli.Output;

/// <summary>
/// Writes variables as statements of a shell. A value is always one quoted word, whatever it has in it.
/// </summary>
internal static class ShellVariables
{
    /// <summary>The shell whose statements all shells of POSIX take.</summary>
    public const string Default = "sh";

    /// <summary>The shells, as a message names them.</summary>
    public const string Named = "sh, bash, zsh, fish or pwsh";

    // PowerShell takes each of these for the end of a quoted text.
    private const string PowerShellQuotes = "'\u2018\u2019\u201a\u201b";

    public static IReadOnlyList<string> Shells { get; } = [Default, "bash", "zsh", "fish", "pwsh"];

    public static IEnumerable<string> Lines(string shell, IEnumerable<KeyValuePair<string, string>> variables) =>
        variables.Select(variable => Line(shell, variable.Key, variable.Value));

    private static string Line(string shell, string name, string value) => shell switch
    {
        "pwsh" => $"$env:{name} = '{string.Concat(value.Select(Doubled))}'",
        "fish" => $"set -gx {name} '{Replace(value, ("\\", "\\\\"), ("'", "\\'"))}'",
        _ => $"export {name}='{Replace(value, ("'", "'\\''"))}'",
    };

    private static string Doubled(char c) => new(c, PowerShellQuotes.Contains(c, StringComparison.Ordinal) ? 2 : 1);

    private static string Replace(string value, params ReadOnlySpan<(string Old, string New)> pairs)
    {
        foreach (var (old, replacement) in pairs)
            value = value.Replace(old, replacement, StringComparison.Ordinal);
        return value;
    }
}
