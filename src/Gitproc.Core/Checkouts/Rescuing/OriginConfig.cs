using System.Text.RegularExpressions;
using Gitproc.Files;
using Gitproc.Git.Untrusted;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// Whether what a checkout has under <c>refs/remotes/origin/</c> is on the remote that it came from. A job may have led <c>origin</c> elsewhere, or
/// another remote there; then what it pushed is known only when the base repository has fetched it.
/// </summary>
internal static partial class OriginConfig
{
    /// <summary>Finds out, line by line; when in doubt it is not.</summary>
    /// <param name="config">The raw text of the checkout's config.</param>
    public static bool IsAsGiven(string config, string url)
    {
        var wanted = RawText.OfText(ConfigText.Value(url));
        var section = "";
        foreach (var line in config.Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith('['))
            {
                section = line;
                if (Redirecting().IsMatch(line) || (OfRemote().IsMatch(line) && !Plain().IsMatch(line)))
                    return false;
            }
            else if (OfRemote().IsMatch(section) && !IsAllowed(line, section == "[remote \"origin\"]", wanted))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsAllowed(string line, bool isOrigin, string url)
    {
        var (key, value) = line.Split('=', 2) is [var before, var after] ? (before.Trim().ToLowerInvariant(), after.Trim()) : (line, "");
        return isOrigin ? key switch
        {
            "url" => value == url,
            "pushurl" => false,
            _ => true,
        } : !value.Contains("refs/remotes/origin", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\[\s*(?:url|include|includeif)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Redirecting();

    [GeneratedRegex(@"^\[\s*remote\b", RegexOptions.IgnoreCase)]
    private static partial Regex OfRemote();

    [GeneratedRegex("""^\[remote "[^"\\]+"\]$""")]
    private static partial Regex Plain();
}
