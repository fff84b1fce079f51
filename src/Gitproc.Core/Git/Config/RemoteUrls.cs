namespace Gitproc.Git.Config;

/// <summary>
/// The remotes in the config file of one repository, read without a process as far as git itself writes them
/// (git-config(1), "Syntax").
/// </summary>
internal static class RemoteUrls
{
    private const string Header = "[remote \"";

    /// <summary>Reads the file.</summary>
    /// <param name="file">The <c>config</c> of a repository.</param>
    /// <returns>The entries <c>remote.NAME.url</c>, in order.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(string file)
    {
        var remotes = new List<KeyValuePair<string, string>>();
        string? remote = null;
        foreach (var line in File.ReadLines(file).Select(line => line.Trim()))
        {
            if (line.StartsWith('['))
                remote = line.StartsWith(Header, StringComparison.OrdinalIgnoreCase) && line.EndsWith("\"]", StringComparison.Ordinal) ? Unescape(line[Header.Length..^2]) : null;
            else if (remote is not null && ValueOf("url", line) is { Length: > 0 } url)
                remotes.Add(KeyValuePair.Create($"remote.{remote}.url", url));
        }

        return remotes;
    }

    private static string? ValueOf(string key, string line)
    {
        var end = line.IndexOf('=', StringComparison.Ordinal);
        return end > 0 && line.AsSpan(0, end).TrimEnd().Equals(key, StringComparison.OrdinalIgnoreCase) ? Unescape(line[(end + 1)..].Trim().Trim('"')) : null;
    }

    private static string Unescape(string text) => text.Replace("\\\"", "\"", StringComparison.Ordinal).Replace(@"\\", @"\", StringComparison.Ordinal);
}
