using Gitproc.Files;
using Gitproc.Git.Untrusted;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// Tells if the refs under <c>refs/remotes/origin/</c>, or those of the fork, come from there. A job may have pointed
/// the remote elsewhere, or another remote at these refs. Then its pushes are known only after the base repository has
/// fetched them.
/// </summary>
internal static class RemoteConfig
{
    /// <summary>True if they certainly come from the remote.</summary>
    /// <param name="config">The content of the checkout's config.</param>
    /// <param name="remote">The name of the remote.</param>
    /// <param name="url">The URL that it was given.</param>
    public static bool IsAsGiven(RawText config, string remote, string url)
    {
        var wanted = RawText.FromText(url);
        return ConfigFile.Parse(config)?.All(entry => IsAllowed(entry.Key, entry.Value, remote, wanted)) == true;
    }

    private static bool IsAllowed(RawText name, RawText? value, string remote, RawText url)
    {
        var key = name.Chars;
        var (first, last) = (key.IndexOf('.', StringComparison.Ordinal), key.LastIndexOf('.'));
        return key[..first] switch
        {
            "url" or "include" or "includeif" => false,
            "remote" when first == last => false,
            "remote" when key[(first + 1)..last] == remote => key[(last + 1)..] switch
            {
                "url" => value == url,
                "pushurl" => false,
                _ => true,
            },
            "remote" => value?.Contains(RawText.FromText($"refs/remotes/{remote}")) != true,
            _ => true,
        };
    }
}
