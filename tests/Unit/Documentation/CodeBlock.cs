using Gitproc.Unit.Ci;

namespace Gitproc.Unit.Documentation;

/// <summary>A block of code in a document.</summary>
/// <param name="File">The document, relative to the root of this repository.</param>
/// <param name="Line">The line of the file that the code begins in, from 1.</param>
/// <param name="Language">What the fence says.</param>
/// <param name="Code">The code.</param>
/// <param name="Remark">The comment right before the fence; empty when there is none.</param>
public sealed record CodeBlock(string File, int Line, string Language, string Code, string Remark)
{
    private const string Fence = "```";

    private static readonly string[] Folders = ["docs", "docs/help/cli"];

    /// <summary>
    /// All that are written for people to run: README.md, CONTRIBUTING.md, SECURITY.md, docs, and what gitproc help
    /// shows.
    /// </summary>
    public static IEnumerable<CodeBlock> All() =>
        Folders
            .SelectMany(folder =>
                Directory
                    .EnumerateFiles(Path.Combine(CiFile.Root, folder), "*.md")
                    .Select(file => $"{folder}/{Path.GetFileName(file)}"))
            .Concat(["README.md", "CONTRIBUTING.md", "SECURITY.md"])
            .Order(StringComparer.Ordinal)
            .SelectMany(Of);

    private static IEnumerable<CodeBlock> Of(string file)
    {
        var lines = CiFile.Text(file).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith(Fence, StringComparison.Ordinal))
                continue;
            var end = Array.FindIndex(lines, i + 1, line => line == Fence);
            var before = i > 0 ? lines[i - 1] : "";
            var remark =
                before.StartsWith("<!-- ", StringComparison.Ordinal)
                && before.EndsWith(" -->", StringComparison.Ordinal)
                    ? before[5..^4]
                    : "";
            yield return new CodeBlock(
                file, i + 2, lines[i][Fence.Length..], string.Join('\n', lines[(i + 1)..end]) + "\n", remark);
            i = end;
        }
    }
}
