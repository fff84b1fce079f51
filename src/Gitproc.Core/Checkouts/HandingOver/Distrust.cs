using Gitproc.Files;

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
    /// <param name="gitDirectory">The checkout's <c>.git</c>.</param>
    /// <param name="model">The model's path.</param>
    /// <param name="look">What git says of the work tree.</param>
    /// <returns>True when every file must be compared by its content.</returns>
    public static bool IsDue(RawFolder gitDirectory, string model, WorkTreeLook look)
    {
        using var pristine = RawFolder.Open(model);
        return look.Changes.Any(change => IsAttributes(change.Path))
            || look.Untracked.Any(IsAttributes)
            || RawTree.Read(gitDirectory, "info/attributes") != RawTree.Read(pristine, "info/attributes")
            || gitDirectory.Find("config.worktree") is not null
            || !Rules(gitDirectory).SequenceEqual(Rules(pristine));
    }

    private static bool IsAttributes(string path) => path == ".gitattributes" || path.EndsWith("/.gitattributes", StringComparison.Ordinal);

    private static List<string> Rules(RawFolder gitDirectory)
    {
        var rules = new List<string>();
        var isHarmless = false;
        foreach (var line in (RawTree.Read(gitDirectory, "config") ?? "").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0))
        {
            if (line[0] == '[')
                isHarmless = Harmless.Contains(line[1..].Split(' ', ']', '.')[0]);
            if (!isHarmless)
                rules.Add(line);
        }

        return rules;
    }
}
