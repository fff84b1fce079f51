using Gitproc.Files;
using Gitproc.Git.Untrusted;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Checkouts.Recycling;

/// <summary>A submodule of the commit that is checked out.</summary>
/// <param name="Path">Its path in the work tree.</param>
/// <param name="Url">Its address as <c>.gitmodules</c> has it.</param>
/// <param name="Commit">The commit that belongs to it.</param>
internal sealed record WantedSubmodule(RawText Path, string Name, string Url, string Commit)
{
    /// <summary>Its address without a password, as a list keeps it.</summary>
    public string ShownUrl => SecretText.Hide(Url);

    /// <summary>True if the pool has made this submodule, at whatever commit.</summary>
    public bool IsSame(KnownSubmodule known) =>
        known.RawPath == Path && known.Name == Name && known.Url == ShownUrl;

    /// <summary>What the list has of it before it is filled.</summary>
    /// <param name="address">The URL for its <c>origin</c>.</param>
    /// <param name="basePath">The name of its base repository in the pool.</param>
    public KnownSubmodule Plan(string address, string basePath) =>
        new(Path.ToText(), Name, ShownUrl, address, basePath, Commit, SubmoduleState.Planned, Stamp: "");

    /// <summary>
    /// Finds the submodules of a clean work tree: the index has the commits, and a file the addresses.
    /// </summary>
    /// <param name="root">The work tree, in which nobody works.</param>
    /// <param name="reports">Told of those that cannot be filled; null for nobody.</param>
    /// <exception cref="GitprocException">A name or path leads where git would not go.</exception>
    public static IReadOnlyList<WantedSubmodule> Find(
        IReadOnlyList<IndexEntry> entries, RawFolder root, string checkout, IProgress<PoolReport>? reports)
    {
        var commits = entries
            .Where(entry => entry is { IsSubmodule: true, Stage: 0 } && !entry.Marks.HasFlag(IndexMarks.SkipWorktree))
            .ToList();
        if (commits.Count == 0)
            return [];
        var content = RawTree.Read(root, ".gitmodules"u8) ?? default;
        var known = GitmodulesFile.Parse(content)
            ?? throw Refused(checkout, ".gitmodules", "git cannot read this file");
        var wanted = new List<(WantedSubmodule Submodule, GitmodulesEntry Entry)>();
        foreach (var entry in commits)
        {
            if (known.LastOrDefault(one => one.Path == entry.Path) is not { Url.Length: > 0 } one)
            {
                reports?.Report(new PoolReport(
                    ReportKind.Warning,
                    $"the submodule {entry.Path} of {checkout} has no address in .gitmodules, and stays empty"));
                continue;
            }

            if (one.IsLeftOut)
                continue;
            if (!one.IsNameSafe)
                throw Refused(checkout, entry.Path.ToText(), $"its name '{one.Name}' is not one that git accepts");
            if (RawText.FromText(entry.Path.ToText()) != entry.Path)
                throw Refused(checkout, entry.Path.ToText(), "its path is not UTF-8");
            if (wanted.Find(other => other.Entry.IsAround(one) || one.IsAround(other.Entry)) is { Entry: { } other })
            {
                throw Refused(
                    checkout,
                    entry.Path.ToText(),
                    $"its name '{one.Name}' and the name '{other.Name}' exclude each other");
            }

            var commit = Convert.ToHexString(entry.Id.Span).ToLowerInvariant();
            wanted.Add((new WantedSubmodule(entry.Path, one.Name, one.Url, commit), one));
        }

        return [.. wanted.Select(one => one.Submodule)];
    }

    private static GitprocException Refused(string checkout, string path, string why) =>
        new(ErrorReason.GitFailed, $"The submodule {path} of {checkout} cannot be filled: {why}.", path);
}
