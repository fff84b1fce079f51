using System.Management.Automation;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>Paths as PowerShell writes them: relative to where the session stands, in its home, in one of its drives.</summary>
internal static class FileSystemPath
{
    private const string Provider = "FileSystem";

    /// <summary>Makes a path one that .NET and git understand. Whether anything is there is not looked up.</summary>
    /// <returns>The absolute path.</returns>
    public static string Resolve(string text, PathIntrinsics session)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new InvalidPathException("A path cannot have the character NUL in it.", text);
        try
        {
            var path = session.GetUnresolvedProviderPathFromPSPath(text, out var provider, out _);
            return provider.Name == Provider ? path : throw OfOther(text, provider);
        }
        catch (Exception e) when (e is SessionStateException or InvalidOperationException or ArgumentException or NotSupportedException)
        {
            var shown = SecretText.Hide(text);
            throw new InvalidPathException($"'{shown}' is no path of the file system: {e.Message}", shown, e);
        }
    }

    /// <summary>Makes a text that can only be a path one that .NET and git understand: one that is rooted, begins as paths do, or is of a drive.</summary>
    /// <returns>The absolute path; the text as it is when it may be something else.</returns>
    public static string ResolveIfPath(string text, PathIntrinsics session)
    {
        var beginsAsOne = text is "." or ".." or ['~' or '/' or '\\', ..] or ['.', '/' or '\\', ..] or ['.', '.', '/' or '\\', ..];
        if (!beginsAsOne && !text.Contains(':', StringComparison.Ordinal))
            return text;
        try
        {
            return Resolve(text, session);
        }
        catch (InvalidPathException e) when (e.InnerException is System.Management.Automation.DriveNotFoundException or ProviderNotFoundException)
        {
            // A URL, or "host:path".
            return text;
        }
    }

    /// <summary>Makes a place that the session stands or stood in one that .NET and git understand.</summary>
    /// <returns>The absolute path.</returns>
    public static string Of(PathInfo place) =>
        place.Provider.Name == Provider ? place.ProviderPath : throw OfOther(place.Path, place.Provider);

    private static InvalidPathException OfOther(string text, ProviderInfo provider) =>
        new($"'{SecretText.Hide(text)}' is no path of the file system: it is one of {provider.Name}.", SecretText.Hide(text));
}
