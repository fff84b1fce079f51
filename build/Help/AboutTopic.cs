using System.Text;
using Markdig.Syntax;

namespace Gitproc.Help;

/// <summary>Makes the text of an about topic, in the format of Get-Help.</summary>
internal static class AboutTopic
{
    private const int Width = 80;

    /// <param name="page">The page. Its synopsis becomes the short description, and its sections follow.</param>
    public static string Of(HelpPage page)
    {
        var text = new StringBuilder().AppendLine("TOPIC").Append("    ").AppendLine(page.Title).AppendLine();
        Append(text, "SHORT DESCRIPTION", page.Synopsis);
        foreach (var section in page.Sections)
            Append(text, section.Title.ToUpperInvariant(), section.Blocks);
        return text.ToString().TrimEnd() + "\n";
    }

    private static void Append(StringBuilder text, string title, IEnumerable<Block> body)
    {
        text.AppendLine(title);
        foreach (var line in HelpText.Lines(body, Width - 4))
            text.AppendLine(line.Length == 0 ? "" : "    " + line);
        text.AppendLine();
    }
}
