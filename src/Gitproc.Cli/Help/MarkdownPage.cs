using System.Text.RegularExpressions;

namespace Gitproc.Cli.Help;

/// <summary>A page of help in markdown: a title, a synopsis, sections.</summary>
internal sealed partial record MarkdownPage(string Title, string Synopsis, IReadOnlyList<MarkdownSection> Sections)
{
    /// <summary>Reads a file.</summary>
    public static MarkdownPage Read(string path, string online) => Parse(File.ReadAllText(path), online);

    /// <summary>Reads a text.</summary>
    public static MarkdownPage Parse(string text, string online)
    {
        var title = MarkdownSection.Split(Above().Replace(text, link => $"]({new Uri(new Uri(online), link.Groups[1].Value)})"), "# ")[1];
        var parts = MarkdownSection.Split(title.Body, "## ");
        return new MarkdownPage(title.Title, parts[0].Body, parts[1..]);
    }

    /// <summary>Finds a section.</summary>
    public MarkdownSection? Section(string title) => Sections.FirstOrDefault(section => section.Title == title);

    [GeneratedRegex(@"\]\((\.\./[^)]+)\)")]
    private static partial Regex Above();
}

/// <summary>A section of a page, or a part of one.</summary>
/// <param name="Body">What stands below it, without empty lines around.</param>
internal sealed partial record MarkdownSection(string Title, string Body)
{
    private const string Fence = "```";

    /// <summary>What stands below titles of the next level, which are the titles of parameters, types and examples.</summary>
    public IReadOnlyList<MarkdownSection> Parts => Split(Body, "### ")[1..];

    /// <summary>What is in the fences, those after another after an empty line.</summary>
    public string Code => string.Join("\n\n", Body.Split('\n').Aggregate(
        (Blocks: new List<string>(), IsOpen: false),
        (state, line) =>
        {
            if (line.StartsWith(Fence, StringComparison.Ordinal))
            {
                if (!state.IsOpen)
                    state.Blocks.Add("");
                return (state.Blocks, !state.IsOpen);
            }

            if (state.IsOpen)
                state.Blocks[^1] += (state.Blocks[^1].Length == 0 ? "" : "\n") + line;
            return state;
        }).Blocks);

    /// <summary>What is not in the fences.</summary>
    public string Prose => Fenced().Replace(Body, "").Trim();

    /// <summary>The links.</summary>
    public IEnumerable<(string Text, string Address)> Links => Linked().Matches(Body).Select(match => (match.Groups[1].Value, match.Groups[2].Value));

    /// <summary>Finds a line such as <c>Default: 100</c>.</summary>
    /// <returns>What stands behind it; null when there is no such line.</returns>
    public string? Value(string name) =>
        Body.Split('\n').FirstOrDefault(line => line.StartsWith(name + ": ", StringComparison.Ordinal))?[(name.Length + 2)..].Replace("`", "", StringComparison.Ordinal);

    /// <summary>The text without lines such as <c>Default: 100</c>.</summary>
    public string WithoutValues => Named().Replace(Body, "").Trim('\n');

    /// <summary>Splits a text at its titles of a level.</summary>
    public static List<MarkdownSection> Split(string text, string mark)
    {
        List<(string Title, List<string> Lines)> found = [("", [])];
        var isCode = false;
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            isCode ^= line.StartsWith(Fence, StringComparison.Ordinal);
            if (!isCode && line.StartsWith(mark, StringComparison.Ordinal))
                found.Add((line[mark.Length..], []));
            else
                found[^1].Lines.Add(line);
        }

        return [.. found.Select(part => new MarkdownSection(part.Title, string.Join('\n', part.Lines).Trim('\n')))];
    }

    [GeneratedRegex("^(Default|Aliases): .*$", RegexOptions.Multiline)]
    private static partial Regex Named();

    [GeneratedRegex("^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fenced();

    [GeneratedRegex(@"\[([^\]]+)\]\(([^)]+)\)")]
    private static partial Regex Linked();
}
