namespace Gitproc.Git.Running;

/// <summary>
/// What git's config says at one folder: every scope that git reads there, in git's order, and the repository that
/// the folder lies in. Immutable.
/// </summary>
/// <param name="TopLevel">The top of the work tree, or the git folder of a bare repository; null outside of one.</param>
/// <param name="WhyNoRepository">What git says about there being no repository; null when there is one.</param>
internal sealed record GitConfig(
    IReadOnlyList<KeyValuePair<string, string>> Entries, string? TopLevel, string? WhyNoRepository)
{
    // setup.c, setup_git_directory_gently: what git says where no folder on the way up is a repository.
    private const string NoneOnTheWayUp = "not a git repository (or any ";

    /// <summary>Those of <see cref="Entries"/> that the repository sets for itself (git-config(1), scopes local and worktree).</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Local { get; init; } = [];

    /// <summary>Whether git answered now; false for an answer that was kept.</summary>
    public bool IsNew { get; init; } = true;

    /// <summary>
    /// Whether git found a repository and would not take it: its owner is another user (safe.directory in
    /// git-config(1)), or it is damaged.
    /// </summary>
    public bool HasRepositoryError => WhyNoRepository?.Contains(NoneOnTheWayUp, StringComparison.Ordinal) == false;

    /// <summary>The value that counts of a key that holds one.</summary>
    /// <returns>The last value; null when it is not set.</returns>
    public string? Get(string key)
    {
        for (var i = Entries.Count - 1; i >= 0; i--)
        {
            if (Entries[i].Key == key)
                return Entries[i].Value;
        }

        return null;
    }

    /// <summary>All values of a key that holds many.</summary>
    public IEnumerable<string> GetAll(string key) => Entries.Where(entry => entry.Key == key).Select(entry => entry.Value);

    /// <summary>The entries <c>section.NAME.key</c> with whatever stands for NAME.</summary>
    public IEnumerable<KeyValuePair<string, string>> GetSubsections(string section, string key)
    {
        var (start, end) = (section + ".", "." + key);
        return Entries
            .Where(entry => entry.Key.Length > start.Length + end.Length
                && entry.Key.StartsWith(start, StringComparison.Ordinal)
                && entry.Key.EndsWith(end, StringComparison.Ordinal))
            .Select(entry => KeyValuePair.Create(entry.Key[start.Length..^end.Length], entry.Value));
    }
}
