using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Registry;

namespace Gitproc.Repositories;

/// <summary>
/// The config of git in the working directory. git is asked again only after something has changed on which the answer
/// depends.
/// </summary>
internal sealed class CallerConfig(GitConfigReader reader, PoolDatabase database)
{
    private readonly ConfigCacheTable _cache = new(database.Connection);

    public GitConfig Read(string directory, CancellationToken cancellationToken)
    {
        var environment = DescribeEnvironment();
        if (FindKept(directory, environment, _cache) is { } kept)
            return kept;
        var asked = DateTime.UtcNow;
        var (config, files) = reader.Read(directory, cancellationToken);
        var snapshot = ConfigSnapshot.Take(config, [.. files, .. FilesToWatch(directory, config.TopLevel)], asked);
        // If many processes begin at once, another one may have kept the answer by now.
        if (environment is not null && snapshot.MayBeKept && FindKept(directory, environment, _cache) is null)
            database.Change(() => _cache.Keep(directory, environment, snapshot.Encode()));

        return config;
    }

    /// <summary>Finds the config at a folder if it is known without asking git.</summary>
    /// <param name="directory">The folder, absolute.</param>
    public static GitConfig? FindKept(string directory, PoolDatabase database) =>
        FindKept(directory, DescribeEnvironment(), new ConfigCacheTable(database.Connection));

    private static GitConfig? FindKept(string directory, string? environment, ConfigCacheTable cache) =>
        environment is not null
        && cache.Find(directory, environment) is { } content
        && ConfigSnapshot.Decode(content) is { } kept
        && kept.IsCurrent()
            ? kept.Config
            : null;

    // Files that git would read if they existed, and those that would make another folder the top of the repository.
    private static IEnumerable<string> FilesToWatch(string directory, string? topLevel)
    {
        var home = Paths.Home;
        yield return "/etc/gitconfig";
        yield return Environment.GetEnvironmentVariable("GIT_CONFIG_GLOBAL") ?? Path.Combine(home, ".gitconfig");
        yield return Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } xdg
                ? xdg
                : Path.Combine(home, ".config"),
            "git", "config");
        for (var folder = directory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            yield return Path.Combine(folder, ".git");
            yield return Path.Combine(folder, "HEAD");
            if (folder == topLevel)
                break;
        }
    }

    // What git's config depends on besides files (git(1) and git-config(1), "ENVIRONMENT"); PATH decides which git, and
    // with it which system config, is meant. Null when there is config in variables, which may be a password.
    private static string? DescribeEnvironment()
    {
        string[] config = ["GIT_CONFIG", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS"];
        if (config.Any(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 }))
            return null;
        string[] names =
        [
            "HOME",
            "USERPROFILE",
            "XDG_CONFIG_HOME",
            "PATH",
            "GIT_DIR",
            "GIT_WORK_TREE",
            "GIT_COMMON_DIR",
            "GIT_EXEC_PATH",
            "GIT_CEILING_DIRECTORIES",
            "GIT_DISCOVERY_ACROSS_FILESYSTEM",
            "GIT_CONFIG_GLOBAL",
            "GIT_CONFIG_SYSTEM",
            "GIT_CONFIG_NOSYSTEM",
        ];
        return string.Join('\n', names.Select(Environment.GetEnvironmentVariable));
    }
}
