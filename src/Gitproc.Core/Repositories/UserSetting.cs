using Gitproc.Files;

namespace Gitproc.Repositories;

/// <summary>
/// A value that the user sets for all repositories, or for some (<c>gitproc.github.com/owner.NAME</c>).
/// </summary>
/// <remarks>
/// Such a setting decides what runs in a checkout, or what is copied into it. So only the config of the user, of the
/// machine and of the environment counts. The config of a repository does not, and nor does a file of a commit: a
/// stranger may have written it.
/// </remarks>
/// <param name="Repository">The beginning of the keys of the repositories that it is for; null for all.</param>
internal sealed record UserSetting(string? Repository, string Value)
{
    private const string Start = "gitproc.";

    /// <summary>True if it is for a repository.</summary>
    public bool IsFor(string key) => Repository is null
        || (key.StartsWith(Repository, StringComparison.OrdinalIgnoreCase)
            && key.AsSpan(Repository.Length) is "" or ".git" or ['/', ..]);

    /// <summary>True if a key of git's config is the setting of a name, for all repositories or for some.</summary>
    /// <param name="name">Its name after <c>gitproc.</c></param>
    public static bool Is(string key, string name) => key.StartsWith(Start, StringComparison.Ordinal)
        && key.EndsWith($".{name}", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads all values of a setting, in the order of the config.</summary>
    // An empty value removes those before it, as for other settings of git with several values (git-config(1),
    // credential.helper).
    public static IReadOnlyList<UserSetting> Read(SettingReader reader, string name, string variable)
    {
        if (reader.Variable(name, variable) is { } environment)
            return [new UserSetting(null, environment)];
        var settings = new List<UserSetting>();
        foreach (var (key, value) in reader.Config.OfUser)
        {
            if (!Is(key, name))
                continue;
            var isForAll = key.Length == Start.Length + name.Length;
            var repository = isForAll ? null : Prefix(key[Start.Length..^(name.Length + 1)]);
            if (value.Length == 0)
                settings.RemoveAll(setting =>
                    string.Equals(setting.Repository, repository, StringComparison.OrdinalIgnoreCase));
            else
                settings.Add(new UserSetting(repository, value));
        }

        return settings;
    }

    /// <summary>The value as a path, which may begin with <c>~/</c>.</summary>
    /// <returns>The path; null if it is not absolute, and would be another one in each folder.</returns>
    public string? AsPath()
    {
        var path = Value.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(Paths.Home, Value[2..]) : Value;
        return Path.IsPathFullyQualified(path) ? path : null;
    }

    // A key has no scheme, no user and no .git. The user may give the URL.
    private static string Prefix(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var address = scheme < 0 ? text : text[(scheme + "://".Length)..];
        var host = address.IndexOf('/', StringComparison.Ordinal);
        var user = address.AsSpan(0, host < 0 ? address.Length : host).LastIndexOf('@');
        address = address[(user + 1)..].TrimEnd('/');
        return address.EndsWith(".git", StringComparison.Ordinal) ? address[..^".git".Length] : address;
    }
}
