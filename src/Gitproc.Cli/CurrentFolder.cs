namespace Gitproc.Cli;

/// <summary>The folder the caller stands in.</summary>
internal static class CurrentFolder
{
    /// <summary>Its absolute path.</summary>
    /// <exception cref="GitprocException">It was removed.</exception>
    public static string Path
    {
        get
        {
            try
            {
                return Environment.CurrentDirectory;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new GitprocException(ErrorReason.NoRepositoryHere, $"The folder you stand in cannot be used: {e.Message}", inner: e);
            }
        }
    }
}
