namespace Gitproc.Git.Running;

/// <summary>
/// git's config at one folder: the entries of every scope that git reads there, in git's order, and the repository that
/// contains the folder. Immutable.
/// </summary>
/// <param name="TopLevel">
/// The top of the work tree, or the git directory of a bare repository; null outside of a repository.
/// </param>
/// <param name="WhyNoRepository">git's error if the folder is not in a repository; otherwise null.</param>
internal sealed record GitConfig(
    IReadOnlyList<KeyValuePair<string, string>> Entries, string? TopLevel, string? WhyNoRepository)
{
    // git's error if no folder on the way up is a repository (setup.c, setup_git_directory_gently).
    private const string NoneOnTheWayUp = "not a git repository (or any ";

    /// <summary>
    /// The subset of <see cref="Entries"/> that the repository itself sets (git-config(1), scopes local and worktree).
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Local { get; init; } = [];

    /// <summary>
    /// The subset of <see cref="Entries"/> that the user, the machine or the environment sets. No repository can add to
    /// it.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> OfUser { get; init; } = [];

    /// <summary>True if git was just asked; false for a cached answer.</summary>
    public bool IsNew { get; init; } = true;

    /// <summary>
    /// True if git found a repository and refused it: it belongs to another user (git-config(1), safe.directory), or it
    /// is damaged.
    /// </summary>
    public bool HasRepositoryError => WhyNoRepository?.Contains(NoneOnTheWayUp, StringComparison.Ordinal) == false;

    /// <summary>The effective value of a key with a single value.</summary>
    /// <returns>The last value; null if the key is not set.</returns>
    public string? Get(string key)
    {
        for (var i = Entries.Count - 1; i >= 0; i--)
        {
            if (Entries[i].Key == key)
                return Entries[i].Value;
        }

        return null;
    }

    /// <summary>All values of a key with several values.</summary>
    public IEnumerable<string> GetAll(string key) =>
        Entries.Where(entry => entry.Key == key).Select(entry => entry.Value);

    /// <summary>The entries <c>section.NAME.key</c> of every subsection NAME, with NAME as the key.</summary>
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
