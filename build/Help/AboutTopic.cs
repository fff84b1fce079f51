using System.Text;
using Markdig.Syntax;

namespace Gitproc.Help;

/// <summary>Makes the text of an about topic, in the form that Get-Help looks for.</summary>
internal static class AboutTopic
{
    private const int Width = 80;

    /// <summary>Makes the text.</summary>
    /// <param name="page">The page: its synopsis is the short description, its sections follow.</param>
    /// <returns>The text.</returns>
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
