using System.Text;
using Gitproc.Files;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Links;

/// <summary>
/// A <c>.gitlink</c> file, which tells a link where its base repository is. <c>Gitdir</c> and <c>Name</c> come from the
/// ".gitlink" proposal on the git mailing list. <c>Id</c> and <c>Place</c> are additions of Gitproc.
/// </summary>
internal sealed record GitlinkFile
{
    /// <summary>The name of the file in a link's folder.</summary>
    public const string FileName = ".gitlink";

    private const int MaxFileSize = 64 * 1024;

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>
    /// The path of the base repository, absolute or to be searched for; empty for the repository that contains the
    /// link.
    /// </summary>
    public string Gitdir { get; init; } = "";

    /// <summary>The name that the user gave the link; null if the name follows from its path.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// The name of the link's private folder in <c>worktrees</c> of the base repository. It identifies HEAD and index
    /// wherever the link is moved. Null if nothing is checked out yet.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>
    /// In the base repository's copy of the file, the path of the link relative to it; otherwise null.
    /// </summary>
    public string? Place { get; init; }

    /// <returns>The content of the file; null if it does not exist.</returns>
    /// <exception cref="GitprocException">The file is not a .gitlink file.</exception>
    public static GitlinkFile? Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            return null;
        // Pipes and devices have length 0. TryRead does not read them, so they count as empty files.
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

    public static GitlinkFile Parse(string text, string path)
    {
        var file = new GitlinkFile();
        foreach (var line in text.Split('\n').Select(line => line.Trim()).Where(line => line is not ([] or ['#', ..])))
        {
            var end = line.AsSpan().IndexOfAny('=', ':');
            var value = end < 0 ? "" : Unquote(line[(end + 1)..].Trim());
            if (value.Any(char.IsControl))
                throw Garbage(path, $"its line '{PrintableText.Of(line)}' contains a control character");
            file = (end < 0 ? "" : line[..end].TrimEnd().ToLowerInvariant()) switch
            {
                "gitdir" => file with { Gitdir = value },
                "name" => file with { Name = value.Length > 0 ? value : throw Garbage(path, "its Name is empty") },
                "id" => file with
                {
                    Id = LinkStore.IsId(value) ? value : throw Garbage(path, $"its Id '{value}' is not valid"),
                },
                "place" => file with { Place = value },
                _ => throw Garbage(
                    path,
                    $"its line '{PrintableText.Of(line.Length > 80 ? line[..80] + "…" : line)}' is not one of its entries"
                ),
            };
        }

        return file;
    }

    /// <summary>Returns the content of the file.</summary>
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

    private static GitprocException Garbage(string path, string why) =>
        new(
            ErrorReason.InvalidLink,
            $"{path} is not a .gitlink file: {why}. A .gitlink file is empty or has lines 'Gitdir = \"PATH\"' and 'Name: NAME'.",
            path);
}
