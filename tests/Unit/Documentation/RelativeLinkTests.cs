using System.Text.RegularExpressions;
using Gitproc.Unit.Ci;

namespace Gitproc.Unit.Documentation;

/// <summary>What the documents at the root, bench and docs link to in this repository is there.</summary>
public sealed partial class RelativeLinkTests
{
    public static TheoryData<string> Files() =>
        [.. Directory.EnumerateFiles(Path.Combine(CiFile.Root, "docs"), "*.md").Select(file => "docs/" + Path.GetFileName(file))
            .Concat(["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "bench/README.md"])];

    [Theory]
    [MemberData(nameof(Files))]
    public void Leads_somewhere(string file)
    {
        var folder = Path.GetDirectoryName(Path.Combine(CiFile.Root, file))!;
        var targets = Target().Matches(CiFile.Text(file)).Select(match => match.Groups[1].Value);
        Assert.DoesNotContain(targets, target => !Path.Exists(Path.Combine(folder, target)));
    }

    [GeneratedRegex(@"\]\((?!\w+:)([^)#]+)")]
    private static partial Regex Target();
}
