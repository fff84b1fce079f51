using Gitproc.Files;
using Gitproc.Git.Untrusted;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// Tells whether what a checkout has under <c>refs/remotes/origin/</c> is on the remote that it came from. A job may have
/// led <c>origin</c> elsewhere, or another remote there. Then what it pushed is known only once the base repository has
/// fetched it.
/// </summary>
internal static class OriginConfig
{
    /// <summary>Finds out. When in doubt, it is not.</summary>
    /// <param name="config">The raw text of the checkout's config.</param>
    public static bool IsAsGiven(string config, string url)
    {
        var wanted = RawText.OfText(url);
        return ConfigFile.Parse(config)?.All(entry => IsAllowed(entry.Key, entry.Value, wanted)) == true;
    }

    private static bool IsAllowed(string key, string? value, string url)
    {
        var (first, last) = (key.IndexOf('.', StringComparison.Ordinal), key.LastIndexOf('.'));
        return key[..first] switch
        {
            "url" or "include" or "includeif" => false,
            "remote" when first == last => false,
            "remote" when key[(first + 1)..last] == "origin" => key[(last + 1)..] switch
            {
                "url" => value == url,
                "pushurl" => false,
                _ => true,
            },
            "remote" => value?.Contains("refs/remotes/origin", StringComparison.Ordinal) != true,
            _ => true,
        };
    }
}
