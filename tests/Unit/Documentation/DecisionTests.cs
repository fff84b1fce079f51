using System.Text.RegularExpressions;
using Gitproc.Unit.Ci;

namespace Gitproc.Unit.Documentation;

/// <summary>
/// The list of decisions says of each record what the record says, and no record stands for two decisions.
/// </summary>
public sealed partial class DecisionTests
{
    private const string Folder = "docs/decisions";

    public static TheoryData<string> Records() =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(CiFile.Root, Folder), "*.md")
                .Select(file => Path.GetFileName(file))
                .Where(file => file != "README.md")
                .Order(StringComparer.Ordinal),
        ];

    [Fact]
    public void Numbers_are_given_once_and_in_order() =>
        Assert.Equal(
            Enumerable.Range(1, Records().Count).Select(number => $"{number:0000}"),
            Records().Select(row => row.Data[..4]));

    [Theory]
    [MemberData(nameof(Records))]
    public void Record_is_on_the_list_with_its_title_and_status(string file)
    {
        var text = CiFile.Text($"{Folder}/{file}");
        var record = Record().Match(text);
        Assert.True(record.Success, "A record has a number and a title, a date, Context, Decision, Cost and Status.");
        var (title, status) = (record.Groups["title"].Value, record.Groups["status"].Value);
        Assert.Equal(file[..4], record.Groups["number"].Value);
        Assert.Contains(
            $"| [{file[..4]}]({file}) | {title} | {char.ToLowerInvariant(status[0])}{status[1..]} |",
            CiFile.Text($"{Folder}/README.md"),
            StringComparison.Ordinal);
    }

    [GeneratedRegex(
        @"^# (?<number>\d{4}) (?<title>[^\n]+)\n\nDate: \d{4}-\d\d-\d\d\n\n## Context\n\n.+\n\n## Decision\n\n.+\n\n## Cost\n\n.+\n\n## Status\n\n(?<status>[^\n]+)\.\n$",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Record();
}
