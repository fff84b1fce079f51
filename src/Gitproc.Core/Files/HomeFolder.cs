namespace Gitproc.Files;

/// <summary>The user's home.</summary>
internal static class HomeFolder
{
    /// <summary>
    /// Its path, whether or not it exists: HOME, else what the user database says. Unless told not to look, .NET
    /// answers with no path at all for a folder that does not exist, and what is built on that is relative.
    /// </summary>
    public static string Path =>
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
}
