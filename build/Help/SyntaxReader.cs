using System.Text.RegularExpressions;
using Gitproc.Cli.Help;

namespace Gitproc.Help;

/// <summary>
/// Reads what a page says of the syntax of a script function, which cannot be asked without PowerShell. That it says what
/// Get-Command does is tested.
/// </summary>
internal static partial class SyntaxReader
{
    /// <summary>Reads the section Syntax.</summary>
    /// <param name="page">The page.</param>
    /// <returns>The function.</returns>
    public static CommandShape Read(MarkdownPage page)
    {
        var lines = page.Section("Syntax")?.Code ?? "";
        return new CommandShape(page.Title, [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(ReadLine)]);
    }

    private static List<ParameterShape> ReadLine(string line)
    {
        var parameters = new List<ParameterShape>();
        foreach (Match match in Parameter().Matches(line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]))
        {
            var isPositional = match.Groups["name"].Success;
            var name = isPositional ? match.Groups["name"].Value : match.Groups["named"].Value;
            parameters.Add(CmdletReader.Confirming.FirstOrDefault(parameter => parameter.Name == name) ?? new ParameterShape(
                name,
                match.Groups["type"] is { Success: true } type ? type.Value : null,
                match.Value[0] != '[' || match.Value.StartsWith("[-", StringComparison.Ordinal) && isPositional,
                isPositional ? parameters.Count : null,
                "",
                [],
                false,
                []));
        }

        return parameters;
    }

    // [-Name] <type>, [[-Name] <type>], [-Name <type>], -Name <type>, [-Name].
    [GeneratedRegex(@"\[?\[-(?<name>\w+)\] <(?<type>[^>]+)>\]?|\[?-(?<named>\w+)(?: <(?<type>[^>]+)>)?\]?(?= |$)")]
    private static partial Regex Parameter();
}
