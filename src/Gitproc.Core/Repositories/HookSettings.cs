namespace Gitproc.Repositories;

/// <summary>When a hook runs.</summary>
internal enum HookMoment
{
    /// <summary>A checkout was made, and nobody has acquired it yet.</summary>
    Create,

    /// <summary>A checkout is ready for the caller of an acquire.</summary>
    Acquire,

    /// <summary>A checkout is about to be released, and nothing in it is cleaned yet.</summary>
    Release,

    /// <summary>A checkout is about to be removed.</summary>
    Remove,
}

/// <summary>A command of the user that runs in a checkout.</summary>
/// <param name="Setting">Its value is a line for <c>sh</c>.</param>
internal sealed record Hook(HookMoment Moment, UserSetting Setting)
{
    /// <summary>The name of the setting, without <c>gitproc.</c>.</summary>
    public string Name => $"on{Moment}";

    /// <summary>A line for <c>sh</c>.</summary>
    public string Command => IsMarked ? Marked[..^1].TrimEnd() : Setting.Value;

    /// <summary>True if nobody waits for it: its line ends with <c>&amp;</c>, as in a shell.</summary>
    public bool IsInBackground => IsMarked && !IsAtTheEnd;

    /// <summary>Why it cannot run in the background, although it says so; null if all is well.</summary>
    public string? BackgroundError => IsMarked && IsAtTheEnd
        ? $"gitproc.{Name} ends with &, but it cannot run in the background, because the files are about to go. It is "
            + $"waited for. To change it: git config --show-origin --get-regexp 'gitproc.*{Name.ToLowerInvariant()}'"
        : null;

    private bool IsAtTheEnd => Moment is HookMoment.Release or HookMoment.Remove;

    private string Marked => Setting.Value.TrimEnd();

    private bool IsMarked => Marked is [.., not ('&' or '\\'), '&'];
}

/// <summary>
/// The user's hooks: <c>gitproc.onCreate</c>, <c>onAcquire</c>, <c>onRelease</c> and <c>onRemove</c>, for all
/// repositories or for some (<c>gitproc.github.com/owner.onAcquire</c>), and git's own <c>post-checkout</c>.
/// </summary>
/// <remarks>A hook runs with the rights of the user, so it is a <see cref="UserSetting"/>.</remarks>
/// <param name="Hooks">In the order of the config.</param>
/// <param name="GitHooks">
/// The user's own folder for git's hooks, absolute; null if there is none, or if it depends on the checkout.
/// </param>
/// <param name="AreOn">False if no hook runs.</param>
/// <param name="Timeout">How long one may run; may be infinite.</param>
internal sealed record HookSettings(IReadOnlyList<Hook> Hooks, string? GitHooks, bool AreOn, TimeSpan Timeout)
{
    /// <summary>The key of git's setting for its folder of hooks.</summary>
    public const string HooksPath = "core.hookspath";

    private static readonly HookMoment[] Moments = Enum.GetValues<HookMoment>();

    public static HookSettings Read(SettingReader reader, bool areOn, TimeSpan timeout)
    {
        var config = reader.Config.OfUser;
        var hooks = Moments.SelectMany(moment => Read(reader, moment));
        var folder = config.LastOrDefault(entry => entry.Key == HooksPath).Value;
        // git-config(1), core.hooksPath: a relative folder is one in the checkout, where a commit can put a hook.
        return new([.. hooks], folder is null ? null : new UserSetting(null, folder).AsPath(), areOn, timeout)
        {
            HasGitHooks = folder is not null,
            Variables = VariableSettings.Read(reader),
        };
    }

    /// <summary>The user's variables for what runs in a checkout.</summary>
    public required VariableSettings Variables { get; init; }

    /// <summary>True if the user's config names a folder for git's hooks, which then no repository has.</summary>
    public bool HasGitHooks { get; private init; }

    /// <summary>True for the key of a setting that is read here.</summary>
    public static bool IsAskedFor(string key) =>
        key == HooksPath || IsHook(key) || VariableSettings.IsVariable(key);

    /// <summary>True for the key of a hook, of all repositories or of some.</summary>
    public static bool IsHook(string key) => Moments.Any(moment => UserSetting.Is(key, $"on{moment}"));

    /// <summary>The hooks of a moment for a repository.</summary>
    public IEnumerable<Hook> Of(HookMoment moment, string key) =>
        AreOn ? Hooks.Where(hook => hook.Moment == moment && hook.Setting.IsFor(key)) : [];

    private static IEnumerable<Hook> Read(SettingReader reader, HookMoment moment) =>
        UserSetting.Read(reader, $"on{moment}", $"GITPROC_ON_{moment.ToString().ToUpperInvariant()}")
            .Select(setting => new Hook(moment, setting));
}
