using Gitproc.Files;

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
/// <param name="Repository">The beginning of the keys of the repositories that it is for; null for all.</param>
/// <param name="Command">A line for <c>sh</c>.</param>
internal sealed record Hook(HookMoment Moment, string? Repository, string Command)
{
    /// <summary>The name of the setting, without <c>gitproc.</c>.</summary>
    public string Name => $"on{Moment}";

    /// <summary>True if it is for a repository.</summary>
    public bool IsFor(string key) => Repository is null
        || (key.StartsWith(Repository, StringComparison.OrdinalIgnoreCase)
            && (key.Length == Repository.Length || key[Repository.Length] == '/'));
}

/// <summary>
/// The user's hooks: <c>gitproc.onCreate</c>, <c>onAcquire</c>, <c>onRelease</c> and <c>onRemove</c>, for all
/// repositories or for some (<c>gitproc.github.com/owner.onAcquire</c>), and git's own <c>post-checkout</c>.
/// </summary>
/// <remarks>
/// A hook runs with the rights of the user, so only the user's, the machine's and the environment's config counts. The
/// config of a repository does not, and nor does a file of a commit: a stranger may have written it.
/// </remarks>
/// <param name="Hooks">In the order of the config.</param>
/// <param name="GitHooks">
/// The user's own folder for git's hooks, absolute; null if there is none, or if it depends on the checkout.
/// </param>
/// <param name="AreOn">False if no hook runs.</param>
/// <param name="Timeout">How long one may run; may be infinite.</param>
internal sealed record HookSettings(IReadOnlyList<Hook> Hooks, string? GitHooks, bool AreOn, TimeSpan Timeout)
{
    private const string HooksPath = "core.hookspath";

    private static readonly HookMoment[] Moments = Enum.GetValues<HookMoment>();

    public static HookSettings Read(SettingReader reader, bool areOn, TimeSpan timeout)
    {
        var config = reader.Config.OfUser;
        var hooks = Moments.SelectMany(moment => Read(reader, moment));
        var folder = config.LastOrDefault(entry => entry.Key == HooksPath).Value;
        return new([.. hooks], folder is null ? null : Absolute(folder), areOn, timeout)
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
    public static bool IsHook(string key) => key.StartsWith("gitproc.", StringComparison.Ordinal)
        && Moments.Any(moment => key.EndsWith($".on{moment}", StringComparison.OrdinalIgnoreCase));

    /// <summary>The hooks of a moment for a repository.</summary>
    public IEnumerable<Hook> Of(HookMoment moment, string key) =>
        AreOn ? Hooks.Where(hook => hook.Moment == moment && hook.IsFor(key)) : [];

    // An empty value removes those before it, as for other settings of git with several values (git-config(1),
    // credential.helper).
    private static List<Hook> Read(SettingReader reader, HookMoment moment)
    {
        var name = $"on{moment}";
        if (reader.Variable(name, $"GITPROC_ON_{moment.ToString().ToUpperInvariant()}") is { } command)
            return [new Hook(moment, null, command)];
        var (start, end) = ("gitproc.", $".{name.ToLowerInvariant()}");
        var hooks = new List<Hook>();
        foreach (var (key, value) in reader.Config.OfUser)
        {
            if (!key.StartsWith(start, StringComparison.Ordinal) || !key.EndsWith(end, StringComparison.Ordinal))
                continue;
            var isForAll = key.Length < start.Length + end.Length;
            var repository = isForAll ? null : Prefix(key[start.Length..^end.Length]);
            if (value.Length == 0)
                hooks.RemoveAll(hook => hook.Repository == repository);
            else
                hooks.Add(new Hook(moment, repository, value));
        }

        return hooks;
    }

    // A key has no scheme, no user and no .git. The user may give the URL.
    private static string Prefix(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var address = scheme < 0 ? text : text[(scheme + "://".Length)..];
        var host = address.IndexOf('/', StringComparison.Ordinal);
        var user = address.AsSpan(0, host < 0 ? address.Length : host).LastIndexOf('@');
        address = address[(user + 1)..].TrimEnd('/');
        return address.EndsWith(".git", StringComparison.Ordinal) ? address[..^".git".Length] : address;
    }

    // git-config(1), core.hooksPath: a relative folder is one in the checkout, where a commit can put a hook.
    private static string? Absolute(string folder)
    {
        var path = folder.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(Paths.Home, folder[2..]) : folder;
        return Path.IsPathFullyQualified(path) ? path : null;
    }
}
