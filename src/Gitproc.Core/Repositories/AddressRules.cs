using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;

namespace Gitproc.Repositories;

/// <summary>All that the meaning of an address depends on besides its text.</summary>
internal sealed record AddressRules
{
    private static readonly string[] KnownCaseInsensitiveHosts = ["github.com", "gitlab.com", "bitbucket.org", AzureDevOps.Host];

    /// <summary>The folder that relative paths begin at, absolute.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The hosts that take upper and lower case in paths for the same.</summary>
    public IReadOnlySet<string> CaseInsensitiveHosts { get; init; } = WithKnownHosts([]);

    /// <summary>The <c>url.BASE.insteadOf</c> entries of git's config, in order.</summary>
    public IReadOnlyList<(string Base, string InsteadOf)> InsteadOf { get; init; } = [];

    /// <summary>Whether paths are those of Windows: drives, UNC, backslashes.</summary>
    public bool WindowsPaths { get; init; } = OperatingSystem.IsWindows();

    /// <summary>The home folder, for <c>~/path</c>.</summary>
    public string HomeDirectory { get; init; } = Paths.Home;

    /// <summary>Finds the repository at an absolute path: its real path, or null when there is none.</summary>
    public Func<string, string?> FindLocal { get; init; } = LocalRepository.Find;

    /// <summary>The rules of a user.</summary>
    /// <param name="directory">The folder that relative paths begin at, absolute.</param>
    public static AddressRules Of(GitConfig config, PoolSettings settings, string directory) => new()
    {
        CaseInsensitiveHosts = WithKnownHosts(settings.CaseInsensitiveHosts),
        InsteadOf = [.. config.GetSubsections("url", "insteadof").Select(entry => (entry.Key, entry.Value))],
        WorkingDirectory = directory,
    };

    /// <summary>The hosts that are known to fold case, and more.</summary>
    public static IReadOnlySet<string> WithKnownHosts(IEnumerable<string> more) =>
        new HashSet<string>(KnownCaseInsensitiveHosts.Concat(more), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a host takes upper and lower case for the same.</summary>
    /// <param name="port">Its port; null for the usual one.</param>
    public bool FoldsCase(string host, ushort? port) =>
        CaseInsensitiveHosts.Contains(host) || (port is not null && CaseInsensitiveHosts.Contains($"{host}:{port}"));

    /// <summary>
    /// Rewrites an address as git does before it uses one: of the entries that it begins with, the longest counts, and
    /// of several of that length the one whose base comes first in the config (git-config(1),
    /// <c>url.&lt;base&gt;.insteadOf</c>; remote.c, alias_url and make_rewrite).
    /// </summary>
    public string Rewrite(string address)
    {
        (string Base, string InsteadOf)? best = null;
        foreach (var entry in InsteadOf.GroupBy(entry => entry.Base).SelectMany(entries => entries))
        {
            if (address.StartsWith(entry.InsteadOf, StringComparison.Ordinal) && entry.InsteadOf.Length > (best?.InsteadOf.Length ?? -1))
                best = entry;
        }

        return best is { } found ? found.Base + address[found.InsteadOf.Length..] : address;
    }
}
