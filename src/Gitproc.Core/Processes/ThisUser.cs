namespace Gitproc.Processes;

/// <summary>The user who runs this process. .NET reads the user database at every question.</summary>
internal static class ThisUser
{
    private static readonly Lazy<string> Known = new(() => Environment.UserName);

    /// <summary>The user's name. Thread-safe.</summary>
    public static string Name => Known.Value;
}
