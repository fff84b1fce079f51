using System.Globalization;
using Gitproc.Git.Untrusted;

namespace Gitproc.Git.Reading;

/// <summary>The config file of one repository, read without a process.</summary>
internal sealed record RepositoryConfig(bool IsBare)
{
    /// <returns>
    /// The config; null if the file is invalid or lacks <c>core.repositoryformatversion</c>, which git writes into
    /// every new repository.
    /// </returns>
    public static RepositoryConfig? Read(string file) =>
        ConfigFile.Read(file) is { } entries && entries.Any(entry => entry.Key == "core.repositoryformatversion"u8)
            ? new RepositoryConfig(
                entries.LastOrDefault(entry => entry.Key == "core.bare"u8) is { Key.Length: > 0 } bare
                && IsTrue(bare.Value?.ToText())
            )
            : null;

    // git-config(1), "Values".
    private static bool IsTrue(string? value) =>
        value?.ToLowerInvariant() is null or "true" or "yes" or "on"
        || (
            int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number != 0);
}

/// <summary>The remotes in the config file of one repository, read without a process.</summary>
internal static class RemoteUrls
{
    public static IReadOnlyList<KeyValuePair<string, string>> Read(string file) =>
        [
            .. from entry in ConfigFile.Read(file) ?? []
            where
                entry.Key.StartsWith("remote."u8) && entry.Key.EndsWith(".url"u8) && entry.Value is { Length: > 0 }
            select KeyValuePair.Create(entry.Key.ToText(), entry.Value.GetValueOrDefault().ToText()),
        ];
}
