using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;

namespace Gitproc.Repositories;

/// <summary>Everything besides its text that the meaning of an address depends on.</summary>
internal sealed record AddressRules
{
    private static readonly string[] KnownCaseInsensitiveHosts =
    [
        "github.com",
        "gitlab.com",
        "bitbucket.org",
        AzureDevOps.Host,
    ];

    /// <summary>The absolute path of the folder from which relative paths are read.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The hosts that ignore the case of paths.</summary>
    public IReadOnlySet<string> CaseInsensitiveHosts { get; init; } = WithKnownHosts([]);

    /// <summary>The <c>url.BASE.insteadOf</c> entries of git's config, in order.</summary>
    public IReadOnlyList<(string Base, string InsteadOf)> InsteadOf { get; init; } = [];

    /// <summary>True if paths are Windows paths: drives, UNC, backslashes.</summary>
    public bool WindowsPaths { get; init; } = OperatingSystem.IsWindows();

    /// <summary>The home folder, for <c>~/path</c>.</summary>
    public string HomeDirectory { get; init; } = Paths.Home;

    /// <summary>Finds the real path of the repository at an absolute path; null if there is none.</summary>
    public Func<string, string?> FindLocal { get; init; } = LocalRepository.Find;

    /// <param name="directory">The folder that relative paths begin at, absolute.</param>
    public static AddressRules Of(GitConfig config, PoolSettings settings, string directory) => new()
    {
        CaseInsensitiveHosts = WithKnownHosts(settings.CaseInsensitiveHosts),
        InsteadOf = [.. config.GetSubsections("url", "insteadof").Select(entry => (entry.Key, entry.Value))],
        WorkingDirectory = directory,
    };

    /// <summary>The hosts that are known to ignore case, and those that the user adds.</summary>
    public static IReadOnlySet<string> WithKnownHosts(IEnumerable<string> more) =>
        new HashSet<string>(KnownCaseInsensitiveHosts.Concat(more), StringComparer.OrdinalIgnoreCase);

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
            if (address.StartsWith(entry.InsteadOf, StringComparison.Ordinal)
                && entry.InsteadOf.Length > (best?.InsteadOf.Length ?? -1))
                best = entry;
        }

        return best is { } found ? found.Base + address[found.InsteadOf.Length..] : address;
    }
}
