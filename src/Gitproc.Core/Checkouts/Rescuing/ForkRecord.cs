using Gitproc.Git.Reading;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// The record of the fork that a checkout pushes to. It is in the pool, outside the job's reach: what the job pushed
/// there is no work to rescue, and what it pushed elsewhere is.
/// </summary>
internal static class ForkRecord
{
    /// <summary>The name of the remote in the checkout.</summary>
    public const string Remote = "fork";

    /// <summary>Records the fork of a checkout that was made or cleaned.</summary>
    /// <param name="record">The folder of the checkout's record, absolute.</param>
    /// <param name="fork">The fork; null for none.</param>
    public static void Write(string record, ForkBranch? fork)
    {
        var file = FileIn(record);
        if (fork is not null)
        {
            Directory.CreateDirectory(record);
            File.WriteAllText(file, fork.Url);
        }
        else if (File.Exists(file))
        {
            File.Delete(file);
        }
    }

    /// <summary>Reads the URL of the fork.</summary>
    /// <returns>The URL; null if the checkout has none.</returns>
    public static string? Read(string record) => File.Exists(FileIn(record)) ? File.ReadAllText(FileIn(record)) : null;

    private static string FileIn(string record) => Path.Combine(record, "fork");
}
