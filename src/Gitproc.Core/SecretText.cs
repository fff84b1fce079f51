using Gitproc.Repositories;

namespace Gitproc;

/// <summary>For front ends that show a user's own text: it may be a URL with a password, wherever it stands.</summary>
public static class SecretText
{
    /// <summary>Hides what may be a password.</summary>
    /// <param name="text">Any text; one without a password stays as it is.</param>
    /// <returns>The text that may be shown.</returns>
    public static string Hide(string text) => AddressError.Redact(text);
}
