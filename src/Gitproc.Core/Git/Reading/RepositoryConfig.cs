using System.Globalization;
using Gitproc.Git.Untrusted;

namespace Gitproc.Git.Reading;

/// <summary>What the config file of one repository says of it, read without a process.</summary>
/// <param name="IsBare">Whether <c>core.bare</c> is set.</param>
internal sealed record RepositoryConfig(bool IsBare)
{
    /// <summary>Reads the file.</summary>
    /// <param name="file">The <c>config</c> of a repository.</param>
    /// <returns>
    /// What it says; null when it is no config, or lacks <c>core.repositoryformatversion</c>, which git writes into
    /// every repository that it makes.
    /// </returns>
    public static RepositoryConfig? Read(string file) =>
        ConfigFile.Read(file) is { } entries && entries.Any(entry => entry.Key == "core.repositoryformatversion")
            ? new RepositoryConfig(entries.LastOrDefault(entry => entry.Key == "core.bare") is { Key: not null } bare && IsTrue(bare.Value))
            : null;

    // git-config(1), "Values".
    private static bool IsTrue(string? value) =>
        value?.ToLowerInvariant() is null or "true" or "yes" or "on"
        || (int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number != 0);
}
