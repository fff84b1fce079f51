namespace Gitproc;

/// <summary>For text that others chose: a process its name, a holder its label. A terminal obeys control characters.</summary>
public static class PrintableText
{
    /// <summary>Writes control characters out.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The text with <c>\x1b</c> and its like in their place.</returns>
    public static string Of(string text) => !text.Any(char.IsControl)
        ? text
        : string.Concat(text.Select(c => char.IsControl(c) ? $"\\x{(int)c:x2}" : $"{c}"));
}
