using Gitproc.Files;
using Gitproc.Git.Untrusted;

namespace Gitproc.Git.Reading;

/// <summary>The remotes in the config file of one repository, read without a process.</summary>
internal static class RemoteUrls
{
    /// <summary>Reads the file.</summary>
    /// <param name="file">The <c>config</c> of a repository.</param>
    /// <returns>The entries <c>remote.NAME.url</c>, in order; none when git would refuse the file.</returns>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(string file) =>
    [
        .. from entry in ConfigFile.Read(file) ?? []
           where entry.Key.StartsWith("remote.", StringComparison.Ordinal) && entry.Key.EndsWith(".url", StringComparison.Ordinal) && entry.Value is { Length: > 0 }
           select KeyValuePair.Create(RawText.ToText(entry.Key), RawText.ToText(entry.Value)),
    ];
}
