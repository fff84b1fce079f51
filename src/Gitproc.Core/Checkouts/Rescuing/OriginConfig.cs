using Gitproc.Files;
using Gitproc.Git.Untrusted;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// Tells if the refs under <c>refs/remotes/origin/</c> come from the remote of the checkout. A job may have pointed
/// <c>origin</c> elsewhere, or another remote at these refs. Then its pushes are known only after the base repository
/// has fetched them.
/// </summary>
internal static class OriginConfig
{
    /// <summary>True if they certainly come from the remote.</summary>
    /// <param name="config">The content of the checkout's config.</param>
    public static bool IsAsGiven(RawText config, string url)
    {
        var wanted = RawText.FromText(url);
        return ConfigFile.Parse(config)?.All(entry => IsAllowed(entry.Key, entry.Value, wanted)) == true;
    }

    private static bool IsAllowed(RawText name, RawText? value, RawText url)
    {
        var key = name.Chars;
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
            "remote" => value?.Contains("refs/remotes/origin"u8) != true,
            _ => true,
        };
    }
}
