using System.Globalization;
using Gitproc.Git.Config;
using Gitproc.Registry;

namespace Gitproc.Repositories;

/// <summary>The settings of the pool: <c>gitproc.*</c> in git's config, and environment variables above them.</summary>
/// <param name="MaxCheckouts">The most checkouts of one repository; null for no limit.</param>
/// <param name="AutoCreate">Whether acquire may make a checkout.</param>
/// <param name="CaseInsensitiveHosts">Hosts of the user's whose paths fold case.</param>
/// <param name="LeaseDuration">After what time a lease expires that does not say; null for never.</param>
/// <param name="HistoryLimits">What of the history is kept.</param>
internal sealed record PoolSettings(
    int? MaxCheckouts, bool AutoCreate, IReadOnlyList<string> CaseInsensitiveHosts, TimeSpan? LeaseDuration, HistoryLimits HistoryLimits)
{
    /// <summary>Reads the settings.</summary>
    /// <param name="config">git's config where the caller stands.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="GitprocException">A value makes no sense.</exception>
    public static PoolSettings Read(GitConfig config) => new(
        Value(config, "maxCheckouts", "GITPROC_MAX_CHECKOUTS", ParseLimit),
        Value(config, "autoCreate", "GITPROC_AUTO_CREATE", ParseBoolean) ?? true,
        Environment.GetEnvironmentVariable("GITPROC_CASE_INSENSITIVE_HOST") is { Length: > 0 } hosts
            ? hosts.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)
            : [.. config.GetAll("gitproc.caseinsensitivehost")],
        Value(config, "leaseDuration", "GITPROC_LEASE_DURATION", Duration.Parse),
        new HistoryLimits(
            Value(config, "historyMaxCount", "GITPROC_HISTORY_MAX_COUNT", ParseLimit) ?? HistoryLimits.Default.MostEvents,
            Value(config, "historyMaxAge", "GITPROC_HISTORY_MAX_AGE", Duration.Parse) ?? HistoryLimits.Default.LongestAge));

    private static T? Value<T>(GitConfig config, string name, string variable, Func<string, T?> parse)
        where T : struct
    {
        var (source, where, text) = Environment.GetEnvironmentVariable(variable) is { Length: > 0 } environment
            ? (variable, "the environment variable", environment)
            : ($"gitproc.{name}", $"git config --show-origin --get-all gitproc.{name}", config.Get($"gitproc.{name.ToLowerInvariant()}"));
        if (text is null)
            return null;
        return parse(text) ?? throw new GitprocException(
            ErrorReason.InvalidSetting, $"The value '{text}' of {source} makes no sense. Change or remove it: {where}.", source);
    }

    private static int? ParseLimit(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0 ? limit : null;

    // git-config(1), "Values": boolean.
    private static bool? ParseBoolean(string text) => text.ToLowerInvariant() switch
    {
        "true" or "yes" or "on" or "1" => true,
        "false" or "no" or "off" or "0" or "" => false,
        _ => null,
    };
}
