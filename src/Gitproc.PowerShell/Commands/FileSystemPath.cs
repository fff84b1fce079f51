using System.Management.Automation;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Resolves PowerShell paths: relative to the session's location, below <c>~</c>, or on a drive of the session.
/// </summary>
internal static class FileSystemPath
{
    private const string Provider = "FileSystem";

    /// <summary>Resolves a path for .NET and git. It need not exist.</summary>
    /// <returns>The absolute path.</returns>
    /// <exception cref="InvalidPathException">It is not a path of the file system.</exception>
    public static string Resolve(string text, PathIntrinsics session)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new InvalidPathException("A path cannot contain the character NUL.", text);
        try
        {
            var path = session.GetUnresolvedProviderPathFromPSPath(text, out var provider, out _);
            return provider.Name == Provider ? path : throw OfOther(text, provider);
        }
        catch (Exception e)
            when (e is SessionStateException or InvalidOperationException or ArgumentException or NotSupportedException)
        {
            var shown = SecretText.Hide(text);
            throw new InvalidPathException($"'{shown}' is not a file system path: {e.Message}", shown, e);
        }
    }

    /// <summary>
    /// Resolves a text that can only be a path: it begins with <c>/</c>, <c>\</c>, <c>~</c>, <c>./</c> or <c>../</c>,
    /// or names a drive.
    /// </summary>
    /// <returns>The absolute path; the unchanged text if it may be something else.</returns>
    public static string ResolveIfPath(string text, PathIntrinsics session)
    {
        var beginsAsOne =
            text is "." or ".." or ['~' or '/' or '\\', ..] or ['.', '/' or '\\', ..] or ['.', '.', '/' or '\\', ..];
        if (!beginsAsOne && !text.Contains(':', StringComparison.Ordinal))
            return text;
        try
        {
            return Resolve(text, session);
        }
        catch (InvalidPathException e)
            when (e.InnerException is System.Management.Automation.DriveNotFoundException or ProviderNotFoundException)
        {
            // A URL, or "host:path".
            return text;
        }
    }

    /// <summary>Resolves a location of the session for .NET and git.</summary>
    /// <returns>The absolute path.</returns>
    /// <exception cref="InvalidPathException">It is a location of another provider.</exception>
    public static string Of(PathInfo place) =>
        place.Provider.Name == Provider ? place.ProviderPath : throw OfOther(place.Path, place.Provider);

    private static InvalidPathException OfOther(string text, ProviderInfo provider) =>
        new(
            $"'{SecretText.Hide(text)}' is not a file system path: it belongs to the provider {provider.Name}.",
            SecretText.Hide(text));
}
