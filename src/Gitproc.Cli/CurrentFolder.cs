namespace Gitproc.Cli;

/// <summary>The caller's working directory.</summary>
internal static class CurrentFolder
{
    /// <summary>
    /// Its absolute path. Where the folder is gone, the path that the shell still has for it, or the root: only a command
    /// that needs something in the folder has to fail then.
    /// </summary>
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
                return Environment.GetEnvironmentVariable("PWD") is { } path && System.IO.Path.IsPathFullyQualified(path)
                    ? path
                    : System.IO.Path.GetPathRoot(AppContext.BaseDirectory)!;
            }
        }
    }
}
