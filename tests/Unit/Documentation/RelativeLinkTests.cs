using System.Text.RegularExpressions;
using Gitproc.Unit.Ci;

namespace Gitproc.Unit.Documentation;

/// <summary>
/// What the documents at the root, bench and docs link to in this repository is there, with the title that is named.
/// </summary>
public sealed partial class RelativeLinkTests
{
    private static readonly string[] Folders = ["docs", "docs/decisions", "docs/help", "docs/help/cli"];

    public static TheoryData<string> Files() =>
        [
            .. Folders
                .SelectMany(folder =>
                    Directory
                        .EnumerateFiles(Path.Combine(CiFile.Root, folder), "*.md")
                        .Select(file => $"{folder}/{Path.GetFileName(file)}"))
                .Concat(["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "bench/README.md"]),
        ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Leads_somewhere(string file)
    {
        var here = Path.Combine(CiFile.Root, file);
        foreach (Match link in Link().Matches(CiFile.Text(file)))
        {
            var (path, title) = (link.Groups["path"].Value, link.Groups["title"].Value);
            var target = path.Length == 0 ? here : Path.Combine(Path.GetDirectoryName(here)!, path);
            Assert.True(Path.Exists(target), link.Value);
            if (title.Length > 0)
                Assert.Contains(
                    title,
                    Title().Matches(File.ReadAllText(target)).Select(match => Anchor(match.Groups["text"].Value)));
        }
    }

    // As GitHub makes it of a title.
    private static string Anchor(string title) => NoLetter().Replace(title.ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\]\((?!\w+:)(?<path>[^)#]*)(#(?<title>[^)]+))?\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (?<text>.+)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex Title();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoLetter();
}
