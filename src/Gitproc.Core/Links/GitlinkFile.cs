using System.Text;
using Gitproc.Files;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Links;

/// <summary>
/// A <c>.gitlink</c> file: how a light-weight checkout finds its base repository. The entries are those of the
/// ".gitlink" proposal on the git mailing list, with two of ours for what it left open.
/// </summary>
internal sealed record GitlinkFile
{
    /// <summary>The name of the file in a checkout.</summary>
    public const string FileName = ".gitlink";

    private const int MaxFileSize = 64 * 1024;

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The path of the base repository, absolute or to be searched for; empty for the repository around.</summary>
    public string Gitdir { get; init; } = "";

    /// <summary>The name that the checkout was given; null for that of its place.</summary>
    public string? Name { get; init; }

    /// <summary>The name of its folder in <c>worktrees</c> of the base, by which HEAD and index are found wherever the checkout went; null when it has none yet.</summary>
    public string? Id { get; init; }

    /// <summary>In the base repository's copy: the path of the checkout from there; else null.</summary>
    public string? Place { get; init; }

    /// <summary>Reads a file.</summary>
    /// <returns>What it says; null when there is no such file.</returns>
    public static GitlinkFile? Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            return null;
        // A pipe says that it is empty, and so does a device.
        var content = PlainFile.TryRead(path) ?? (file.Length == 0 ? [] : throw Garbage(path, "it cannot be read"));
        if (content.Length > MaxFileSize)
            throw Garbage(path, $"it has {content.Length} bytes");
        try
        {
            return Parse(Utf8.GetString(content), path);
        }
        catch (DecoderFallbackException)
        {
            throw Garbage(path, "it is not UTF-8");
        }
    }

    /// <summary>Reads a text.</summary>
    public static GitlinkFile Parse(string text, string path)
    {
        var file = new GitlinkFile();
        foreach (var line in text.Split('\n').Select(line => line.Trim()).Where(line => line is not ([] or ['#', ..])))
        {
            var end = line.AsSpan().IndexOfAny('=', ':');
            var value = end < 0 ? "" : Unquote(line[(end + 1)..].Trim());
            if (value.Any(char.IsControl))
                throw Garbage(path, $"its line '{PrintableText.Of(line)}' has a control character in it");
            file = (end < 0 ? "" : line[..end].TrimEnd().ToLowerInvariant()) switch
            {
                "gitdir" => file with { Gitdir = value },
                "name" => file with { Name = value.Length > 0 ? value : throw Garbage(path, "its Name is empty") },
                "id" => file with { Id = LinkStore.IsId(value) ? value : throw Garbage(path, $"its Id '{value}' is none") },
                "place" => file with { Place = value },
                _ => throw Garbage(path, $"its line '{PrintableText.Of(line.Length > 80 ? line[..80] + "…" : line)}' is not one of its entries"),
            };
        }

        return file;
    }

    /// <summary>Makes the text of the file.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (Gitdir.Length > 0)
            text.Append("Gitdir = \"").Append(Gitdir).Append("\"\n");
        if (Name is not null)
            text.Append("Name: ").Append(Unquote(Name.Trim()) == Name ? Name : $"\"{Name}\"").Append('\n');
        if (Id is not null)
            text.Append("Id: ").Append(Id).Append('\n');
        if (Place is not null)
            text.Append("Place = \"").Append(Place).Append("\"\n");
        return text.ToString();
    }

    private static string Unquote(string value) => value is ['"', .. var inner, '"'] ? inner : value;

    private static GitprocException Garbage(string path, string why) => new(
        ErrorReason.InvalidLink, $"{path} is not a .gitlink file: {why}. It has lines 'Gitdir = \"PATH\"' and 'Name: NAME', or none.", path);
}
