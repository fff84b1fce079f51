using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Gitproc.Help;

/// <summary>A Markdown page of help: title, synopsis and sections.</summary>
internal sealed record HelpPage(string Title, IReadOnlyList<Block> Synopsis, IReadOnlyList<HelpSection> Sections)
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().Build();

    /// <summary>Reads a file.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="online">The online address of its folder. Links out of the folder become absolute with it.</param>
    public static HelpPage Read(string path, string online)
    {
        var document = Markdown.Parse(File.ReadAllText(path), Pipeline);
        foreach (var link in document.Descendants<LinkInline>())
        {
            if (link.Url!.StartsWith("../", StringComparison.Ordinal))
                link.Url = new Uri(new Uri(online), link.Url).ToString();
        }

        var page = HelpSection.Split(document, level: 1)[1];
        var parts = HelpSection.Split(page.Blocks, level: 2);
        return new HelpPage(page.Title, parts[0].Blocks, parts[1..]);
    }

    /// <returns>The section; an empty one if the page does not have it.</returns>
    public HelpSection Section(string title) =>
        Sections.FirstOrDefault(section => section.Title == title) ?? new HelpSection(title, []);
}

/// <summary>A section of a page, or a part of one.</summary>
internal sealed record HelpSection(string Title, IReadOnlyList<Block> Blocks)
{
    /// <summary>The subsections, one for each parameter, type or example.</summary>
    public IReadOnlyList<HelpSection> Parts => Split(Blocks, level: 3)[1..];

    /// <summary>The contents of the fenced code blocks, separated by an empty line.</summary>
    public string Code => string.Join("\n\n", Blocks.OfType<FencedCodeBlock>().Select(code => code.Lines.ToString()));

    /// <summary>All blocks that are not fenced code.</summary>
    public IEnumerable<Block> Prose => Blocks.Where(block => block is not FencedCodeBlock);

    public IEnumerable<LinkInline> Links => Blocks.SelectMany(block => block.Descendants<LinkInline>());

    /// <summary>The rows of the tables, as cells, without the header row.</summary>
    public IEnumerable<string[]> Rows => Blocks.OfType<Table>().SelectMany(HelpText.Cells).Skip(1);

    /// <summary>Splits blocks at the headings of a level.</summary>
    /// <param name="level">The level; 1 is the title of the page.</param>
    /// <returns>A section without a title for the blocks above the first heading, then the sections.</returns>
    public static List<HelpSection> Split(IEnumerable<Block> blocks, int level)
    {
        List<(string Title, List<Block> Blocks)> found = [("", [])];
        foreach (var block in blocks)
        {
            if (block is HeadingBlock heading && heading.Level == level)
                found.Add((HelpText.Plain(heading.Inline), []));
            // A comment is for tests.
            else if (block is not HtmlBlock)
                found[^1].Blocks.Add(block);
        }

        return [.. found.Select(part => new HelpSection(part.Title, part.Blocks))];
    }
}
