using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;

namespace Gitproc.Repositories;

/// <summary>
/// Settings of the repository around the working directory that a checkout of the same repository gets too, so that its
/// commits have the same author. Recycling removes them again, like all config of a holder.
/// </summary>
internal sealed class CarriedConfig(GitConfig config, PoolSettings settings)
{
    private static readonly string[] Always = ["user.name", "user.email"];

    // Settings that change the commits in a checkout, without a word from git.
    private static readonly string[] WorthTelling =
    [
        "author.name",
        "author.email",
        "committer.name",
        "committer.email",
        "user.signingkey",
        "commit.gpgsign",
        "tag.gpgsign",
        "gpg.format",
        "gpg.program",
        "commit.template",
        "core.hookspath",
        "core.autocrlf",
        "core.eol",
        "core.sshcommand",
    ];

    /// <summary>The settings of a repository that are looked at here.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OfInterest(GitConfig config)
    {
        var carried = PoolSettings.CarriedKeys(config);
        return config.Local.Where(entry =>
            Always.Contains(entry.Key) || WorthTelling.Contains(entry.Key) || carried.Contains(entry.Key));
    }

    /// <summary>Names the settings of the repository that its checkouts do not get.</summary>
    /// <returns>A sentence with the command that helps; null if there is nothing.</returns>
    public string? Missing(CheckoutKind kind)
    {
        var missing = config
            .Local.Select(entry => entry.Key)
            .Distinct()
            .Where(key =>
                kind != CheckoutKind.Worktree
                    ? WorthTelling.Contains(key) && !settings.CarriedConfig.Contains(key)
                    : IsCarried(key))
            .ToList();
        if (missing.Count == 0)
            return null;
        var what = $"{config.TopLevel} sets {string.Join(", ", missing)} for itself, and the checkout does not have it";
        return kind != CheckoutKind.Worktree
            ? $"{what}. To carry a setting over: git config --add gitproc.carryConfig {missing[0]}"
            : $"{what}, as checkouts of this kind share their config. A checkout of the kind clone has it.";
    }

    /// <summary>Writes the settings into the config of a checkout that was just acquired.</summary>
    public void WriteTo(CheckoutPlace place)
    {
        var carried = config.Local.Where(entry => IsCarried(entry.Key)).ToList();
        if (carried.Count == 0 || place.IsWorktree)
            return;
        using var folder = RawFolder.Open(place.GitDirectory);
        var text = RawTree.Read(folder, "config"u8) ?? default;
        foreach (var (key, value) in carried)
            text += RawText.FromText(ConfigText.Entry(key, value));
        RawTree.Replace(folder, "config"u8, text, ".new"u8);
    }

    private bool IsCarried(string key) => Always.Contains(key) || settings.CarriedConfig.Contains(key);
}
