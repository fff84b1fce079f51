namespace Gitproc.PowerShell;

/// <summary>What the module's scripts show of a user's text. They cannot name the types of Core.</summary>
public static class ShownText
{
    /// <summary>Hides what may be a password.</summary>
    /// <param name="text">Any text; one without a password stays as it is.</param>
    /// <returns>The text that may be shown.</returns>
    public static string Of(string text) => SecretText.Hide(text);

    /// <summary>Names a size.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The size with a unit.</returns>
    public static string Size(long bytes) => PrintableSize.Of(bytes);

    /// <summary>Writes control characters out.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The text that a terminal shows and does not obey.</returns>
    public static string Printable(string text) => PrintableText.Of(text);
}
