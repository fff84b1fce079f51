using System.Globalization;
using Gitproc.Git.Reading;
using Gitproc.Git.Running;
using Gitproc.Registry;
using Gitproc.Text;

namespace Gitproc.Repositories;

/// <summary>The settings of the pool: <c>gitproc.*</c> in git's config, and environment variables above them.</summary>
/// <param name="MaxCheckouts">The most checkouts of one repository; null for no limit.</param>
/// <param name="MaxLocked">The most checkouts of one repository that are held at once; null for no limit.</param>
/// <param name="LeaseDuration">After what time a lease expires that does not say; null for never.</param>
/// <param name="FetchMaxAge">After what time the remote is asked again.</param>
/// <param name="GitTimeout">How long git may say nothing; infinite where 0 is set.</param>
/// <param name="Kind">How checkouts are to get at objects; null for any, and new ones are clones.</param>
/// <param name="Submodules">True if checkouts have the files of their submodules.</param>
/// <param name="Lfs">True if LFS files have their contents, false if they are pointers.</param>
/// <param name="VerifyFiles">
/// How many files a checkout may have for an acquire to look at each of them; 0 for none.
/// </param>
/// <param name="CopiesOnWrite">True to share the blocks of files between checkouts, if the file system can.</param>
internal sealed record PoolSettings(
    int? MaxCheckouts,
    int? MaxLocked,
    bool AutoCreate,
    IReadOnlyList<string> CaseInsensitiveHosts,
    TimeSpan? LeaseDuration,
    HistoryLimits HistoryLimits,
    TimeSpan FetchMaxAge,
    TimeSpan GitTimeout,
    CleanMode Clean,
    CheckoutKind? Kind,
    RescueLimits Rescue,
    IReadOnlyList<string> CarriedConfig,
    int VerifyFiles,
    bool CopiesOnWrite,
    HookSettings Hooks,
    CopySettings Copy,
    bool Submodules,
    bool Lfs,
    SpareSettings Spares,
    FleetSettings Fleet,
    RemoteSettings Remote)
{
    /// <summary>The config from which they were read.</summary>
    public required GitConfig Config { get; init; }

    /// <summary>git's own setting for commands that go into submodules, which counts if ours is not set.</summary>
    public const string SubmoduleRecurse = "submodule.recurse";

    private const long Gibibyte = 1L << 30;

    public static PoolSettings Read(GitConfig config) => Read(new SettingReader(config, errors: null));

    /// <summary>Reads the settings. What cannot be read gets its default if the reader collects errors.</summary>
    public static PoolSettings Read(SettingReader reader) =>
        new(
            reader.Value("maxCheckouts", "GITPROC_MAX_CHECKOUTS", ParseLimit),
            reader.Value("maxLocked", "GITPROC_MAX_LOCKED", ParseLimit),
            reader.Value("autoCreate", "GITPROC_AUTO_CREATE", ParseBoolean) ?? true,
            reader.Variable("caseInsensitiveHost", "GITPROC_CASE_INSENSITIVE_HOST") is { } hosts
                ? hosts.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)
                : [.. reader.Config.GetAll("gitproc.caseinsensitivehost")],
            reader.Value("leaseDuration", "GITPROC_LEASE_DURATION", ParseExpiry),
            new HistoryLimits(
                reader.Value("historyMaxCount", "GITPROC_HISTORY_MAX_COUNT", ParseLimit)
                    ?? HistoryLimits.Default.MaxCount,
                reader.Value("historyMaxAge", "GITPROC_HISTORY_MAX_AGE", Duration.Parse)
                    ?? HistoryLimits.Default.MaxAge),
            reader.Value("fetchMaxAge", "GITPROC_FETCH_MAX_AGE", Duration.Parse) ?? TimeSpan.FromSeconds(60),
            ReadGitTimeout(reader),
            reader.Value("clean", "GITPROC_CLEAN", ParseName<CleanMode>) ?? CleanMode.Default,
            reader.Value("kind", "GITPROC_KIND", CheckoutKindName.Parse),
            new RescueLimits(
                reader.Value("rescue", "GITPROC_RESCUE", ParseName<RescueWhen>) ?? RescueWhen.Always,
                reader.Value("rescueMaxSize", "GITPROC_RESCUE_MAX_SIZE", PrintableSize.Parse) ?? Gibibyte,
                reader.Value("rescueMaxTotalSize", "GITPROC_RESCUE_MAX_TOTAL_SIZE", PrintableSize.Parse),
                reader.Value("rescueMaxAge", "GITPROC_RESCUE_MAX_AGE", Duration.Parse) ?? TimeSpan.FromDays(30),
                reader.Value("rescueUndoneMaxAge", "GITPROC_RESCUE_UNDONE_MAX_AGE", Duration.Parse)
                    ?? TimeSpan.FromDays(7)),
            CarriedKeys(reader),
            reader.Value("verifyFiles", "GITPROC_VERIFY_FILES", ParseCount) ?? 1000,
            (reader.Value("copyOnWrite", "GITPROC_COPY_ON_WRITE", ParseName<CopyOnWrite>) ?? CopyOnWrite.Auto)
                == CopyOnWrite.Auto,
            HookSettings.Read(
                reader,
                reader.Value("hooks", "GITPROC_HOOKS", ParseBoolean) ?? true,
                reader.Value("hookTimeout", "GITPROC_HOOK_TIMEOUT", ParseTimeout) ?? TimeSpan.FromMinutes(10)),
            CopySettings.Read(reader),
            reader.Value("submodules", "GITPROC_SUBMODULES", ParseBoolean) ?? IsRecursive(reader),
            reader.Value("lfs", "GITPROC_LFS", ParseBoolean)
                ?? ParseBoolean(Environment.GetEnvironmentVariable(FileSelection.SkipSmudge) ?? "") != true,
            SpareSettings.Read(reader),
            FleetSettings.Read(reader),
            RemoteSettings.Read(reader))
        {
            Config = reader.Config,
        };

    /// <summary>
    /// Adds what a repository proposes, as if a config file that git reads before the user's had it for that repository
    /// alone.
    /// </summary>
    /// <param name="key">The repository.</param>
    /// <param name="withHooks">False to leave proposed hooks away.</param>
    public PoolSettings With(
        IReadOnlyList<KeyValuePair<string, string>> proposed, string key, bool withHooks)
    {
        const string section = "gitproc.";
        var first = proposed
            .Where(entry => withHooks || !HookSettings.IsHook(entry.Key))
            .Select(entry => VariableSettings.IsVariable(entry.Key)
                ? entry
                : new($"{section}{key}.{entry.Key[section.Length..]}", entry.Value));
        var reader = new SettingReader(Config with { OfUser = [.. first, .. Config.OfUser] }, errors: null);
        return this with
        {
            Hooks = HookSettings.Read(reader, Hooks.AreOn, Hooks.Timeout),
            Copy = CopySettings.Read(reader),
        };
    }

    // The user's own only: a repository does not decide what is fetched.
    private static bool IsRecursive(SettingReader reader) =>
        reader.Config.OfUser.LastOrDefault(entry => entry.Key == SubmoduleRecurse).Value is { } text
        && ParseBoolean(text) == true;

    /// <summary>The keys that <c>gitproc.carryConfig</c> names.</summary>
    public static IReadOnlyList<string> CarriedKeys(GitConfig config) =>
        CarriedKeys(new SettingReader(config, errors: null));

    private static List<string> CarriedKeys(SettingReader reader)
    {
        var values = reader.Variable("carryConfig", "GITPROC_CARRY_CONFIG") is { } environment
            ? [environment]
            : reader.Config.GetAll("gitproc.carryconfig");
        return
        [
            .. values.SelectMany(value => value.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
                .Select(Key)
                .OfType<string>(),
        ];

        // git-config(1): the section and the last part fold case.
        string? Key(string text)
        {
            var (first, last) = (text.IndexOf('.', StringComparison.Ordinal), text.LastIndexOf('.'));
            var key =
                first < 1 || last == text.Length - 1
                    ? ""
                    : text[..first].ToLowerInvariant() + text[first..last] + text[last..].ToLowerInvariant();
            return
                key is "" or "core.bare" or "core.worktree" or "core.repositoryformatversion"
                || key.StartsWith("extensions.", StringComparison.Ordinal)
                || key.StartsWith("include", StringComparison.Ordinal)
                || key.StartsWith("remote.", StringComparison.Ordinal)
                ? reader.Fail(
                    $"gitproc.carryConfig names '{text}', which cannot be carried over. Change or remove it: git config --show-origin --get-all gitproc.carryConfig",
                    "gitproc.carryConfig")
                : key;
        }
    }

    /// <summary>Reads the longest silence of git before it is ended.</summary>
    /// <returns>The time; infinite where 0 is set.</returns>
    public static TimeSpan ReadGitTimeout(GitConfig config) => ReadGitTimeout(new SettingReader(config, errors: null));

    private static TimeSpan ReadGitTimeout(SettingReader reader) =>
        reader.Value("gitTimeout", "GITPROC_GIT_TIMEOUT", ParseTimeout) ?? GitRunner.DefaultSilenceTimeout;

    private static int? ParseLimit(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0 ? limit : null;

    // git-config(1), "Values": integer.
    private static int? ParseCount(string text) =>
        PrintableSize.Parse(text) is { } count ? (int)Math.Min(count, int.MaxValue) : null;

    private static TimeSpan? ParseTimeout(string text) =>
        Duration.Parse(text) is { } time ? time > TimeSpan.Zero ? time : Timeout.InfiniteTimeSpan : null;

    private static TimeSpan? ParseExpiry(string text) =>
        Duration.Parse(text) is { } time && LeaseExpiry.IsPossible(time) ? time : null;

    private static T? ParseName<T>(string text)
        where T : struct, Enum =>
        Enum.TryParse<T>(text, ignoreCase: true, out var value)
        && Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase)
            ? value
            : null;

    // git-config(1), "Values": boolean.
    private static bool? ParseBoolean(string text) => text.ToLowerInvariant() switch
    {
        "true" or "yes" or "on" or "1" => true,
        "false" or "no" or "off" or "0" or "" => false,
        _ => null,
    };
}

/// <summary>Whether files share their blocks.</summary>
internal enum CopyOnWrite
{
    /// <summary>Where the file system can.</summary>
    Auto,

    /// <summary>Nowhere.</summary>
    Never,
}

/// <summary>Which work that jobs leave is kept.</summary>
internal enum RescueWhen
{
    /// <summary>All.</summary>
    Always,

    /// <summary>None: all of it is thrown away.</summary>
    Never,
}

/// <summary>Which work that jobs leave in checkouts is kept, and for how long.</summary>
/// <param name="MaxSize">The most bytes of files that are rescued at once.</param>
/// <param name="MaxTotalSize">The most bytes that all rescues of the pool may take on disk; null for no limit.</param>
/// <param name="UndoneMaxAge">
/// After what time commits are removed that a job had undone itself; zero: none are kept.
/// </param>
internal sealed record RescueLimits(
    RescueWhen When, long MaxSize, long? MaxTotalSize, TimeSpan MaxAge, TimeSpan UndoneMaxAge)
{
    /// <summary>True to keep commits that a job has undone itself.</summary>
    public bool KeepsUndone => When != RescueWhen.Never && UndoneMaxAge > TimeSpan.Zero;

    /// <summary>The time from which a rescue may be removed.</summary>
    public DateTimeOffset EndOf(Rescue rescue) => rescue.RescuedAt + (rescue.IsUndone ? UndoneMaxAge : MaxAge);
}
