using System.Text;
using Gitproc.Files;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Git.Reading;

/// <summary>
/// Which files of its commit a checkout has: all, or those of some folders (git-sparse-checkout(1), cone mode). And
/// whether the files of LFS have their contents, or are the pointers that git has.
/// </summary>
internal sealed record FileSelection
{
    /// <summary>What makes git-lfs leave pointers: git-lfs-config(5).</summary>
    public const string SkipSmudge = "GIT_LFS_SKIP_SMUDGE";

    /// <summary>Only the stamp of a checkout that has the files of some folders has it.</summary>
    public const char Separator = '\n';

    private const char Mark = '|';
    private const char Pointers = '*';

    // One text, so that two selections are equal if they select the same.
    private readonly string _text;

    private FileSelection(IEnumerable<string> folders, bool hasPointers)
    {
        Folders = [.. folders.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        HasPointers = hasPointers;
        _text = (hasPointers ? $"{Pointers}" : "") + string.Concat(Folders.Select(one => Separator + one));
    }

    /// <summary>All files, with the contents of LFS.</summary>
    public static FileSelection All { get; } = new([], hasPointers: false);

    /// <summary>The folders whose files are there, with those in the folders above them; empty for all files.</summary>
    public IReadOnlyList<string> Folders { get; }

    /// <summary>True if the files of LFS are pointers.</summary>
    public bool HasPointers { get; }

    public bool IsSparse => Folders.Count > 0;

    /// <summary>What the stamp of a clean checkout ends with.</summary>
    public string StampEnd => _text.Length == 0 ? "" : Mark + _text;

    /// <summary>What makes git check out these files.</summary>
    public IReadOnlyList<(string Key, string Value)> Config => IsSparse
        ? [("core.sparseCheckout", "true"), ("core.sparseCheckoutCone", "true")]
        : [("core.sparseCheckout", "false")];

    /// <summary>What makes git-lfs do it.</summary>
    public (string Name, string Value) Environment => (SkipSmudge, HasPointers ? "1" : "0");

    /// <summary>The same for a submodule: all its files, and LFS as in the checkout around it.</summary>
    public FileSelection OfSubmodule => new([], HasPointers);

    public bool Equals(FileSelection? other) => other?._text == _text;

    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>Reads what a user wants.</summary>
    /// <param name="folders">Folders of the repository, with slashes; empty for all.</param>
    /// <exception cref="GitprocException">One of them is no folder of a repository.</exception>
    public static FileSelection Of(IEnumerable<string> folders, bool hasPointers) =>
        new(folders.Select(Normal), hasPointers);

    /// <summary>Reads the end of a stamp.</summary>
    /// <param name="stamp">The stamp; null for none.</param>
    public static FileSelection OfStamp(string? stamp)
    {
        var at = stamp?.IndexOf(Mark, StringComparison.Ordinal) ?? -1;
        if (at < 0)
            return All;
        var lines = stamp![(at + 1)..].Split(Separator);
        return new(lines[1..], lines[0] is [Pointers]);
    }

    /// <summary>The stamp of a clean checkout without this.</summary>
    public static ReadOnlySpan<char> WithoutEnd(string stamp) =>
        stamp.IndexOf(Mark, StringComparison.Ordinal) is >= 0 and var at ? stamp.AsSpan(0, at) : stamp;

    /// <summary>True if a path of the commit is in the checkout.</summary>
    public bool Has(RawText path) => !IsSparse || Has(path.ToText());

    private bool Has(string path)
    {
        var parent = path.LastIndexOf('/') is >= 0 and var slash ? path[..slash] : "";
        return parent.Length == 0
            || Folders.Any(one => IsIn(parent, one) || IsIn(one, parent));
    }

    /// <summary>
    /// The patterns of <c>info/sparse-checkout</c>, as git writes them: git-sparse-checkout(1), "Internals: cone
    /// pattern set".
    /// </summary>
    public string Patterns()
    {
        var all = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var one in Folders)
        {
            for (var end = one.LastIndexOf('/'); end >= 0; end = one.LastIndexOf('/', end - 1))
                all.Add(one[..end]);
        }

        var whole = Folders.Where(one => !Folders.Any(other => other != one && IsIn(one, other))).ToHashSet();
        all.UnionWith(whole);
        var text = new StringBuilder("/*\n!/*/\n");
        foreach (var one in all.Where(one => whole.Contains(one) || !whole.Any(other => IsIn(one, other))))
        {
            var pattern = Escape(one);
            text.Append('/').Append(pattern).Append("/\n");
            if (!whole.Contains(one))
                text.Append("!/").Append(pattern).Append("/*/\n");
        }

        return text.ToString();
    }

    private static bool IsIn(string path, string folder) =>
        path.StartsWith(folder, StringComparison.Ordinal)
        && (path.Length == folder.Length || path[folder.Length] == '/');

    private static string Escape(string folder)
    {
        var text = new StringBuilder();
        foreach (var c in folder)
            text.Append(c is '*' or '?' or '[' or '\\' ? "\\" : "").Append(c);
        return text.ToString();
    }

    private static string Normal(string folder)
    {
        var names = (OperatingSystem.IsWindows() ? folder.Replace('\\', '/') : folder).Trim('/').Split('/');
        if (names is ["."] or [""] || names.Any(name => name is "" or "." or ".." || name.Any(char.IsControl)))
        {
            throw new GitprocException(
                ErrorReason.InvalidPattern,
                $"'{PrintableText.Of(folder)}' is no folder of a repository. Give it from the top of the repository, "
                    + "for example src/web.",
                folder);
        }

        return string.Join('/', names);
    }
}
