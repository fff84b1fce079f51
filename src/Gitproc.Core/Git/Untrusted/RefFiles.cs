using System.Buffers;
using Gitproc.Files;

namespace Gitproc.Git.Untrusted;

/// <summary>All refs of a repository, read from its files (gitrepository-layout(5)), without a process.</summary>
internal static class RefFiles
{
    private const string Symbolic = "ref: ";
    private const string Refs = "refs/";

    // More than the name of a file can have.
    private const int MaxContentLength = 8192;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    // refs/files-backend.c, SYMREF_MAXDEPTH.
    private const int MaxSteps = 5;

    /// <summary>Reads the refs.</summary>
    /// <returns>Full raw names, with ids, or <c>ref: NAME</c> for what is the name of another one. What is no ref is left out.</returns>
    public static Dictionary<string, string> Read(RawFolder gitDirectory)
    {
        var refs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, id) in Packed(gitDirectory).Where(line => RefNames.IsFull(line.Name)))
            refs[name] = id;
        foreach (var (name, content) in Loose(gitDirectory))
            refs[name] = content;
        return refs;
    }

    /// <summary>The refs that are files of their own.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Loose(RawFolder gitDirectory)
    {
        var refs = new List<KeyValuePair<string, string>>();
        using var folder = gitDirectory.TryOpenFolder("refs");
        if (folder is null)
            return refs;
        RawTree.Walk(folder, Refs, entry =>
        {
            if (entry.Kind == EntryKind.Folder)
                return true;
            if (RefNames.IsFull(entry.Path) && ReadFile(entry.Parent, entry.Name) is { } content)
                refs.Add(KeyValuePair.Create(entry.Path, content));
            return false;
        });
        return refs;
    }

    /// <summary>Reads the file of a ref, or HEAD.</summary>
    /// <param name="name">Its raw name there.</param>
    /// <returns>An id, or <c>ref: NAME</c>, written as git writes it; null when it is none that git takes.</returns>
    public static string? ReadFile(RawFolder folder, string name)
    {
        using var file = folder.TryOpenFile(name);
        if (file is not null)
            return Parse(file.ReadStart(MaxContentLength));
        // git-config(1), core.preferSymlinkRefs.
        return folder.ReadLink(name) is { } target && RefNames.IsFull(target) ? Symbolic + target : null;
    }

    /// <summary>Reads what is in the file of a ref as git does (refs/files-backend.c): more may follow behind an id, and a zero ends it.</summary>
    /// <param name="raw">The raw content.</param>
    public static string? Parse(string raw)
    {
        if (raw.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var zero)
            raw = raw[..zero];
        if (raw.StartsWith("ref:", StringComparison.Ordinal))
            return RawText.Trim(raw["ref:".Length..]) is var name && RefNames.IsFull(name) ? Symbolic + name : null;
        var end = raw.AsSpan().IndexOfAny(" \t\n\r");
        return ParseId(end < 0 ? raw : raw[..end]);
    }

    /// <summary>The lines of a <c>packed-refs</c> file.</summary>
    /// <returns>Raw names and ids; for what the tag of the line before points to, an empty name.</returns>
    public static IEnumerable<(string Name, string Id)> Packed(RawFolder gitDirectory)
    {
        // There may be hundreds of thousands.
        var text = RawTree.Read(gitDirectory, "packed-refs") ?? "";
        for (int start = 0, end; start < text.Length; start = end + 1)
        {
            end = text.IndexOf('\n', start);
            if (end < 0)
                end = text.Length;
            if (end > start && text[start] == '^')
            {
                if (ParseId(text[(start + 1)..end]) is { } peeled)
                    yield return ("", peeled);
                continue;
            }

            var space = text.IndexOf(' ', start, end - start);
            if (space > start && ParseId(text[start..space]) is { } id)
                yield return (text[(space + 1)..end], id);
        }
    }

    /// <summary>Finds the id that a ref has.</summary>
    public static string? Resolve(IReadOnlyDictionary<string, string> refs, string? content)
    {
        for (var step = 0; step <= MaxSteps && content is not null; step++)
        {
            if (IsId(content))
                return content;
            content = NameIn(content) is { } name ? refs.GetValueOrDefault(name) : null;
        }

        return null;
    }

    /// <summary>The name of the other ref that a ref stands for.</summary>
    /// <returns>The full raw name; null when it has an id.</returns>
    public static string? NameIn(string content) =>
        content.StartsWith(Symbolic, StringComparison.Ordinal) ? content[Symbolic.Length..] : null;

    /// <summary>Whether a text is the full id of an object: SHA-1 or SHA-256, in hex.</summary>
    public static bool IsId(ReadOnlySpan<char> text) => text.Length is 40 or 64 && !text.ContainsAnyExcept(HexDigits);

    // To git the digits may be of either case.
    private static string? ParseId(string text) => text.ToLowerInvariant() is var id && IsId(id) ? id : null;
}
