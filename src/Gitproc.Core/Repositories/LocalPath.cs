using Gitproc.Files;

namespace Gitproc.Repositories;

/// <summary>Addresses that are paths on this machine, or on one that it has mounted.</summary>
internal static class LocalPath
{
    /// <summary>
    /// True if a text can only be a path: it is absolute, or begins with <c>.</c>, <c>..</c> or <c>~</c>.
    /// </summary>
    public static bool Is(string text, AddressRules rules) =>
        IsRooted(text, rules)
        || text is "." or ".." or ['.', '/', ..] or ['.', '.', '/', ..] or ['~', ..]
        || (rules.WindowsPaths && text is ['.', '\\', ..] or ['.', '.', '\\', ..]);

    public static RepositoryAddress Find(string text, AddressRules rules) =>
        FindAt(ExpandHome(text, rules), text, rules);

    /// <summary>Finds the repository of a <c>file://</c> URL.</summary>
    public static RepositoryAddress Find(UrlParts url, string text, AddressRules rules) =>
        FindAt(PathOf(url, text, rules), text, rules);

    private static RepositoryAddress FindAt(string path, string text, AddressRules rules)
    {
        if (path.Any(char.IsControl))
            throw AddressError.Invalid("", "it has control characters in it");
        if (rules.WindowsPaths)
        {
            path = Paths.WithoutDevice(path);
            if (Paths.IsDevice(path))
                throw AddressError.Invalid(text, "it names a device. Write the path with a drive or a server");
        }

        var isRooted = IsRooted(path, rules);
        // ".." behind a link is where the link leads: only the search may take it away, not a change of the text.
        var found = rules.FindLocal(isRooted ? path : Path.Combine(rules.WorkingDirectory, path))
            ?? throw AddressError.NothingAt(isRooted ? path : Path.GetFullPath(path, rules.WorkingDirectory), text);
        if (found.Any(char.IsControl))
            throw AddressError.Invalid("", "its real path has control characters in it");
        return AddressOf(found, rules);
    }

    public static RepositoryAddress AddressOf(string path, AddressRules rules) =>
        rules.WindowsPaths ? OfWindows(path.Replace('\\', '/')) : new RepositoryAddress(path, path, null);

    // NTFS ignores case unless somebody asks for otherwise.
    private static RepositoryAddress OfWindows(string path)
    {
        var folded = path.ToLowerInvariant();
        return new RepositoryAddress(char.ToUpperInvariant(folded[0]) + folded[1..], path, null);
    }

    private static string PathOf(UrlParts url, string text, AddressRules rules)
    {
        var path = Uri.UnescapeDataString(url.Path);
        if (url.Host.Length == 0 || url.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return rules.WindowsPaths && path is ['/', _, ':', ..] ? path[1..] : path;
        if (!rules.WindowsPaths)
            throw AddressError.Invalid(text, "a file:// address of another host is for Windows");
        // git for Windows reads file://C:/path as file:///C:/path (connect.c, parse_connect_url).
        return url is { Host: [var drive], Port: "" } && char.IsAsciiLetter(drive)
            ? $"{drive}:{path}"
            : $"//{url.Host}{path}";
    }

    private static bool IsRooted(string text, AddressRules rules) => rules.WindowsPaths
        ? text is ['/', ..] or ['\\', ..] || (text is [var drive, ':', ..] && char.IsAsciiLetter(drive))
        : text is ['/', ..];

    private static string ExpandHome(string text, AddressRules rules) => text switch
    {
        "~" => rules.HomeDirectory,
        ['~', '/', .. var rest] => $"{rules.HomeDirectory}/{rest}",
        ['~', '\\', .. var rest] when rules.WindowsPaths => $"{rules.HomeDirectory}/{rest}",
        ['~', ..] => throw AddressError.Invalid(text, "write the path of another user's home in full"),
        _ => text,
    };
}
