using System.Collections;
using System.Security.Cryptography;
using System.Text;
using Gitproc.Git.Config;
using Gitproc.Registry;

namespace Gitproc.Repositories;

/// <summary>
/// What git's config says where the caller stands, without asking git again as long as nothing that the answer
/// depends on has changed.
/// </summary>
/// <param name="reader">Asks git.</param>
/// <param name="database">Where answers are kept.</param>
internal sealed class CallerConfig(GitConfigReader reader, PoolDatabase database)
{
    private readonly ConfigCacheTable _cache = new(database.Connection);

    /// <summary>Reads the config at a folder.</summary>
    /// <param name="directory">The folder, absolute.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The config; of a kept answer, only what this program asks for.</returns>
    /// <exception cref="GitprocException">The folder does not exist, or git failed.</exception>
    public GitConfig Read(string directory, CancellationToken cancellationToken)
    {
        var environment = DigestEnvironment();
        if (_cache.Find(directory, environment) is { } content && ConfigSnapshot.Decode(content) is { } kept && kept.IsCurrent())
            return kept.Config;

        var asked = DateTime.UtcNow;
        var (config, files) = reader.Read(directory, cancellationToken);
        var snapshot = ConfigSnapshot.Take(config, [.. files, .. FilesToWatch(directory, config.TopLevel)], asked);
        if (snapshot.MayBeKept)
            database.Change(() => _cache.Keep(directory, environment, snapshot.Encode()));

        return config;
    }

    // Files that git would read if they were there, and what would make another folder the top of the repository.
    private static IEnumerable<string> FilesToWatch(string directory, string? topLevel)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        yield return "/etc/gitconfig";
        yield return Environment.GetEnvironmentVariable("GIT_CONFIG_GLOBAL") ?? Path.Combine(home, ".gitconfig");
        yield return Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } xdg ? xdg : Path.Combine(home, ".config"),
            "git", "config");
        for (var folder = directory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            yield return Path.Combine(folder, ".git");
            yield return Path.Combine(folder, "HEAD");
            if (folder == topLevel)
                break;
        }
    }

    // Which variables: git-config(1) and git(1), "ENVIRONMENT VARIABLES". PATH decides which git, and with it which
    // system config, is read. A digest, since GIT_CONFIG_VALUE_n may be a password.
    private static byte[] DigestEnvironment()
    {
        var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(entry => (Name: (string)entry.Key, Value: (string?)entry.Value))
            .Where(variable => variable.Name is "HOME" or "USERPROFILE" or "XDG_CONFIG_HOME" or "PATH"
                || variable.Name.StartsWith("GIT_", StringComparison.Ordinal))
            .OrderBy(variable => variable.Name, StringComparer.Ordinal)
            .Select(variable => $"{variable.Name}={variable.Value}\0");
        return SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(variables)));
    }
}
