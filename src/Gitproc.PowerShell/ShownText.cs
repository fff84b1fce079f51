namespace Gitproc.PowerShell;

/// <summary>What the module's scripts show of a user's text. They cannot name the types of Core.</summary>
public static class ShownText
{
    /// <summary>Hides what may be a password.</summary>
    /// <param name="text">Any text; one without a password stays as it is.</param>
    /// <returns>The text that may be shown.</returns>
    public static string Of(string text) => SecretText.Hide(text);

    /// <summary>Says what is so in a work tree.</summary>
    /// <param name="isDirty">Whether files are changed, removed or new.</param>
    /// <param name="ahead">How many commits the remote's branch has not.</param>
    /// <param name="behind">How many commits it has alone.</param>
    /// <returns>A few words.</returns>
    public static string Status(bool? isDirty, int? ahead, int? behind) => PrintableStatus.Of(isDirty, ahead, behind);

    /// <summary>Names a size.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The size with a unit.</returns>
    public static string Size(long bytes) => PrintableSize.Of(bytes);

    /// <summary>Writes control characters out.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The text that a terminal shows and does not obey.</returns>
    public static string Printable(string text) => PrintableText.Of(text);
}
