using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Gitproc.Help;

/// <summary>A page of help: a title, a synopsis, sections.</summary>
internal sealed record HelpPage(string Title, IReadOnlyList<Block> Synopsis, IReadOnlyList<HelpSection> Sections)
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().Build();

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="online">Where its folder is online: links to documents outside it lead there.</param>
    /// <returns>The page.</returns>
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

    /// <summary>Finds a section.</summary>
    /// <param name="title">Its title.</param>
    /// <returns>The section; an empty one when there is none.</returns>
    public HelpSection Section(string title) =>
        Sections.FirstOrDefault(section => section.Title == title) ?? new HelpSection(title, []);
}

/// <summary>A section of a page, or a part of one.</summary>
internal sealed record HelpSection(string Title, IReadOnlyList<Block> Blocks)
{
    /// <summary>What is below titles of the next level, which are the titles of parameters, types and examples.</summary>
    public IReadOnlyList<HelpSection> Parts => Split(Blocks, level: 3)[1..];

    /// <summary>What is in the fences, with an empty line between two.</summary>
    public string Code => string.Join("\n\n", Blocks.OfType<FencedCodeBlock>().Select(code => code.Lines.ToString()));

    /// <summary>What is not in the fences.</summary>
    public IEnumerable<Block> Prose => Blocks.Where(block => block is not FencedCodeBlock);

    /// <summary>The links.</summary>
    public IEnumerable<LinkInline> Links => Blocks.SelectMany(block => block.Descendants<LinkInline>());

    /// <summary>The cells of the rows of the table, without the titles.</summary>
    public IEnumerable<string[]> Rows => Blocks.OfType<Table>().SelectMany(HelpText.Cells).Skip(1);

    /// <summary>Splits blocks at their titles of a level.</summary>
    /// <param name="blocks">The blocks.</param>
    /// <param name="level">The level; 1 is that of the page.</param>
    /// <returns>The sections, before them what is above the first, without a title.</returns>
    public static List<HelpSection> Split(IEnumerable<Block> blocks, int level)
    {
        List<(string Title, List<Block> Blocks)> found = [("", [])];
        foreach (var block in blocks)
        {
            if (block is HeadingBlock heading && heading.Level == level)
                found.Add((HelpText.Plain(heading.Inline), []));
            else
                found[^1].Blocks.Add(block);
        }

        return [.. found.Select(part => new HelpSection(part.Title, part.Blocks))];
    }
}
