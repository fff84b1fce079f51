
namespace Gitproc.Files;

/// <summary>Removes folders that hold read-only files, as git's object folders do. Links are removed, never followed.</summary>
internal static class FolderRemoval
{
    /// <summary>Removes a folder with all that is in it.</summary>
    /// <param name="folder">The folder; it need not exist.</param>
    /// <exception cref="IOException">Something in it is in use, or mounted there: then nothing is removed.</exception>
    /// <exception cref="UnauthorizedAccessException">Something in it belongs to another user.</exception>
    public static void Remove(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        if (MountPoints.Below(folder) is [var mount, ..])
            throw new IOException($"The folder {folder} is not removed, as something is mounted in it: {mount}");
        // Not by Directory.Delete: its stack does not reach as deep as folders may lie in each other, and it knows neither files that may
        // not be deleted for their mode nor names that are no text.
        var path = Path.TrimEndingDirectorySeparator(folder);
        using var parent = RawFolder.Open(Path.GetDirectoryName(path)!);
        parent.Remove(RawText.OfText(Path.GetFileName(path)));
        if (Directory.Exists(folder))
            throw new IOException($"The folder {folder} is not empty: somebody writes into it.");
    }

    /// <summary>Removes a folder as far as that can be done.</summary>
    /// <param name="folder">The folder; it need not exist.</param>
    public static void TryRemove(string folder)
    {
        try
        {
            Remove(folder);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // What is left lies under a name that is used for nothing else, and is tried again.
        }
    }
}
