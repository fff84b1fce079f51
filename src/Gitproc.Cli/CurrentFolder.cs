namespace Gitproc.Cli;

/// <summary>The caller's working directory.</summary>
internal static class CurrentFolder
{
    /// <summary>
    /// The absolute path. If the folder is gone, this is the path in <c>PWD</c>, or else the root directory, so that
    /// only commands that need something in the folder fail.
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
                return
                    Environment.GetEnvironmentVariable("PWD") is { } path && System.IO.Path.IsPathFullyQualified(path)
                    ? path
                    : System.IO.Path.GetPathRoot(AppContext.BaseDirectory)!;
            }
        }
    }
}
