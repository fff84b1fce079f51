using System.Buffers;
using Gitproc.Files;

namespace Gitproc.Git.Untrusted;

/// <summary>
/// Reads refs from the files of a repository (gitrepository-layout(5)), without a process. A job may have written the
/// files, so invalid names and ids are skipped.
/// </summary>
internal static class RefFiles
{
    private static readonly RawText Symbolic = "ref: "u8;

    // Longer than any valid ref name.
    private const int MaxContentLength = 8192;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    // refs/files-backend.c, SYMREF_MAXDEPTH.
    private const int MaxSteps = 5;

    /// <summary>Reads all valid refs.</summary>
    /// <returns>Full names with ids, or with <c>ref: NAME</c> for symbolic refs.</returns>
    public static Dictionary<RawText, RawText> Read(RawFolder gitDirectory)
    {
        var refs = new Dictionary<RawText, RawText>();
        foreach (var (name, id) in Packed(gitDirectory).Where(line => RefNames.IsFull(line.Name)))
            refs[name] = RawText.FromChars(id);
        foreach (var (name, content) in Loose(gitDirectory))
            refs[name] = content;
        return refs;
    }

    /// <summary>Reads the refs that are not packed.</summary>
    public static IReadOnlyList<KeyValuePair<RawText, RawText>> Loose(RawFolder gitDirectory)
    {
        var refs = new List<KeyValuePair<RawText, RawText>>();
        using var folder = gitDirectory.TryOpenFolder("refs"u8);
        if (folder is null)
            return refs;
        RawTree.Walk(folder, "refs/"u8, entry =>
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
    /// <param name="name">The name of the file in the folder.</param>
    /// <returns>An id or <c>ref: NAME</c>, as git writes it; null if git would not accept the file.</returns>
    public static RawText? ReadFile(RawFolder folder, RawText name)
    {
        using var file = folder.TryOpenFile(name);
        if (file is not null)
            return Parse(file.ReadStart(MaxContentLength));
        // A symbolic ref may be a symbolic link (git-config(1), core.preferSymlinkRefs).
        return folder.ReadLink(name) is { } target && RefNames.IsFull(target) ? Symbolic + target : null;
    }

    /// <summary>
    /// Parses the content of a ref's file as git does (refs/files-backend.c): text after an id is ignored, and a NUL
    /// ends the content.
    /// </summary>
    public static RawText? Parse(RawText content)
    {
        if (content.IndexOf('\0') is >= 0 and var zero)
            content = content[..zero];
        if (content.StartsWith("ref:"u8))
            return content["ref:".Length..].Trim() is var name && RefNames.IsFull(name) ? Symbolic + name : null;
        var end = content.Chars.AsSpan().IndexOfAny(" \t\n\r");
        return ParseId(end < 0 ? content.Chars : content.Chars[..end]) is { } id ? RawText.FromChars(id) : null;
    }

    /// <summary>Reads the lines of a <c>packed-refs</c> file.</summary>
    /// <returns>Names and ids. A line with the peeled id of the tag before it has an empty name.</returns>
    public static IEnumerable<(RawText Name, string Id)> Packed(RawFolder gitDirectory)
    {
        // There may be hundreds of thousands of lines, so the text is not split.
        var text = RawTree.Read(gitDirectory, "packed-refs"u8)?.Chars ?? "";
        for (int start = 0, end; start < text.Length; start = end + 1)
        {
            end = text.IndexOf('\n', start);
            if (end < 0)
                end = text.Length;
            if (end > start && text[start] == '^')
            {
                if (ParseId(text[(start + 1)..end]) is { } peeled)
                    yield return (default, peeled);
                continue;
            }

            var space = text.IndexOf(' ', start, end - start);
            if (space > start && ParseId(text[start..space]) is { } id)
                yield return (RawText.FromChars(text[(space + 1)..end]), id);
        }
    }

    /// <summary>Follows symbolic refs.</summary>
    /// <returns>The id; null if there is none.</returns>
    public static string? Resolve(IReadOnlyDictionary<RawText, RawText> refs, RawText? content)
    {
        for (var step = 0; step <= MaxSteps && content is { } found; step++)
        {
            if (IdIn(found) is { } id)
                return id;
            content = NameIn(found) is { } name && refs.TryGetValue(name, out var next) ? next : null;
        }

        return null;
    }

    /// <summary>The target of a symbolic ref.</summary>
    /// <returns>The full name; null if the content is an id.</returns>
    public static RawText? NameIn(RawText content) =>
        content.StartsWith(Symbolic) ? content[Symbolic.Length..] : null;

    /// <summary>The id that is the whole content of a ref.</summary>
    /// <returns>The id; null if the content is anything else.</returns>
    public static string? IdIn(RawText content) => IsId(content.Chars) ? content.Chars : null;

    /// <summary>True if a text is the full id of an object: SHA-1 or SHA-256, in lower-case hex digits.</summary>
    public static bool IsId(ReadOnlySpan<char> text) => text.Length is 40 or 64 && !text.ContainsAnyExcept(HexDigits);

    // git accepts hex digits in either case.
    private static string? ParseId(string text) => text.ToLowerInvariant() is var id && IsId(id) ? id : null;
}
