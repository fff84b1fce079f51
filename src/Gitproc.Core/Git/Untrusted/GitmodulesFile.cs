using Gitproc.Files;

namespace Gitproc.Git.Untrusted;

/// <summary>
/// What a <c>.gitmodules</c> file says of one submodule (gitmodules(5)). A stranger may have written it, so nothing in
/// it is run: of <c>update</c> only <c>none</c> counts.
/// </summary>
/// <param name="Name">The name of its git directory in <c>.git/modules</c>.</param>
/// <param name="Path">Where it is in the work tree.</param>
/// <param name="Url">The address, which may be relative to that of the repository around.</param>
/// <param name="IsLeftOut">True if <c>git submodule update</c> leaves it out.</param>
internal sealed record GitmodulesEntry(string Name, RawText Path, string Url, bool IsLeftOut)
{
    /// <summary>
    /// True if the name leads to a folder of its own below <c>.git/modules</c>. git refuses only <c>..</c>
    /// (submodule-config.c, check_submodule_name); here a name that is a path has no other odd part either.
    /// </summary>
    public bool IsNameSafe =>
        !Name.Any(char.IsControl) && Name.Split('/', '\\').All(part => part is not ("" or "." or ".."))
        && !Name.Contains(':', StringComparison.Ordinal) && !Name.Contains('\ufffd', StringComparison.Ordinal);

    /// <summary>
    /// True if the git directory of another submodule would be in that of this one, or be the same on a file system
    /// that ignores case (submodule.c, validate_submodule_git_dir).
    /// </summary>
    public bool IsAround(GitmodulesEntry other) =>
        $"{other.Name}/".StartsWith($"{Name}/", StringComparison.OrdinalIgnoreCase);
}

/// <summary>Reads <c>.gitmodules</c>, without a process.</summary>
internal static class GitmodulesFile
{
    private const string Section = "submodule.";

    /// <returns>
    /// The submodules that have a path; those without an address have an empty one. Null if git would not read the
    /// file.
    /// </returns>
    public static IReadOnlyList<GitmodulesEntry>? Parse(RawText content)
    {
        if (ConfigFile.Parse(content) is not { } entries)
            return null;
        var found = new Dictionary<string, Dictionary<string, RawText>>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
        {
            var text = key.ToText();
            var end = text.LastIndexOf('.');
            if (!text.StartsWith(Section, StringComparison.Ordinal) || end <= Section.Length || value is null)
                continue;
            var name = text[Section.Length..end];
            if (!found.TryGetValue(name, out var values))
                found[name] = values = [];
            // The last one counts (submodule-config.c, gitmodules_cb).
            values[text[(end + 1)..]] = value.Value;
        }

        return
        [
            .. found.Where(one => one.Value.ContainsKey("path"))
                .Select(one => new GitmodulesEntry(
                    one.Key,
                    one.Value["path"].TrimEnd('/'),
                    one.Value.GetValueOrDefault("url").ToText(),
                    one.Value.GetValueOrDefault("update") == "none"u8)),
        ];
    }
}
