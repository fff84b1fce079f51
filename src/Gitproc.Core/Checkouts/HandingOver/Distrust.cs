using Gitproc.Files;
using Gitproc.Repositories;

namespace Gitproc.Checkouts.HandingOver;

/// <summary>
/// Finds out whether a job changed what decides how files are written and compared, as line ends and filters: then files
/// may be other than a fresh checkout has them, and the index still says that they are unchanged.
/// </summary>
internal static class Distrust
{
    // Sections of config that have nothing to do with it.
    private static readonly HashSet<string> Harmless = new(
        [
            "advice", "alias", "am", "branch", "color", "commit", "credential", "diff", "fetch", "gc", "gpg", "http", "init", "log", "maintenance",
            "merge", "pull", "push", "rebase", "remote", "rerere", "sendemail", "status", "submodule", "tag", "url", "user",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the index is not to be believed.</summary>
    /// <param name="request">The hand-over.</param>
    /// <param name="gitDirectory">The checkout's git directory.</param>
    /// <param name="look">What git says of the work tree.</param>
    /// <returns>True when every file must be compared by its content.</returns>
    public static bool IsDue(HandOverRequest request, RawFolder gitDirectory, WorkTreeLook look)
    {
        return look.Changes.Any(change => IsAttributes(change.Path))
            || look.Untracked.Any(IsAttributes)
            || gitDirectory.Find("config.worktree") is not null
            || (request.Place.IsLinked ? SharedConfig.WasChanged(request.Place) : HasOtherRules(gitDirectory, request.Model));
    }

    /// <summary>Whether two texts of config differ in what decides how files are written and compared.</summary>
    /// <param name="config">The one, raw or not.</param>
    /// <param name="other">The other.</param>
    /// <returns>True when they do.</returns>
    public static bool Differ(string config, string other) => !Rules(config).SequenceEqual(Rules(other));

    private static bool HasOtherRules(RawFolder gitDirectory, string model)
    {
        using var pristine = RawFolder.Open(model);
        return RawTree.Read(gitDirectory, "info/attributes") != RawTree.Read(pristine, "info/attributes")
            || Differ(RawTree.Read(gitDirectory, "config") ?? "", RawTree.Read(pristine, "config") ?? "");
    }

    private static bool IsAttributes(string path) => path == ".gitattributes" || path.EndsWith("/.gitattributes", StringComparison.Ordinal);

    private static List<string> Rules(string config)
    {
        var rules = new List<string>();
        var isHarmless = false;
        foreach (var line in config.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0))
        {
            if (line[0] == '[')
                isHarmless = Harmless.Contains(line[1..].Split(' ', ']', '.')[0]);
            if (!isHarmless)
                rules.Add(line);
        }

        return rules;
    }
}
