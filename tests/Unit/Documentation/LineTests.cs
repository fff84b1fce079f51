using Gitproc.Unit.Ci;

namespace Gitproc.Unit.Documentation;

/// <summary>Lines end at 120 columns, as .editorconfig says; the compiler does not look.</summary>
public sealed class LineTests
{
    private const int MaxWidth = 120;

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    [InlineData("build")]
    public void Only_a_text_that_cannot_be_broken_is_wider(string folder) =>
        Assert.Empty(
            Directory.EnumerateFiles(Path.Combine(CiFile.Root, folder), "*.cs", SearchOption.AllDirectories)
                .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(name => name is "obj" or "bin"))
                .SelectMany(WideLines));

    private static IEnumerable<string> WideLines(string file)
    {
        var isInText = false;
        foreach (var (line, number) in File.ReadLines(file).Select((line, at) => (line, at + 1)))
        {
            // Of a raw text its first and its last line have the quotes.
            if (line.Split("\"\"\"").Length % 2 == 0)
                isInText = !isInText;
            var isComment = line.TrimStart().StartsWith("//", StringComparison.Ordinal);
            if (line.Length > MaxWidth && !isInText && (isComment || !line.Contains('"', StringComparison.Ordinal)))
                yield return $"{file}({number}): {line.Trim()}";
        }
    }
}
