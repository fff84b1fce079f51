using System.Text.Json;
using System.Text.RegularExpressions;
using Gitproc.Unit.Ci;

namespace Gitproc.Unit.Documentation;

/// <summary>
/// What those who carry on are told is true: files and types that are named are there, and what others run is what the
/// README says.
/// </summary>
public sealed partial class ContributionTests
{
    [Fact]
    public void CI_runs_what_the_README_has_a_shell_run()
    {
        var workflow = CiFile.Text(".github/workflows/ci.yml");
        var commands = Section("README.md", "Try it")
            .SelectMany(block => block.Code.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.All(
            commands.Where(line => !line.StartsWith('#')),
            command => Assert.Contains(command, workflow, StringComparison.Ordinal));
    }

    [Fact]
    public void All_files_that_are_named_are_there()
    {
        var text = CiFile.Text("CONTRIBUTING.md") + CiFile.Text("SECURITY.md");
        var paths = Path().Matches(text).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(paths);
        Assert.DoesNotContain(
            paths,
            path =>
                !path.StartsWith("out/", StringComparison.Ordinal)
                && !System.IO.Path.Exists(System.IO.Path.Combine(CiFile.Root, path)));
        var files = ((string[])["src", "tests"])
            .SelectMany(folder =>
                Directory.EnumerateFiles(
                    System.IO.Path.Combine(CiFile.Root, folder), "*.*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(CiFile.Root))
            .Select(System.IO.Path.GetFileName)
            .ToHashSet();
        Assert.DoesNotContain(
            File().Matches(text).Select(match => match.Groups[1].Value), file => !files.Contains(file));
    }

    [Fact]
    public void The_way_of_an_acquire_is_through_files_that_are_there()
    {
        var files = Step().Matches(CiFile.Text("docs/architecture.md")).Select(match => match.Groups[1].Value).ToList();
        Assert.InRange(files.Count, 20, 30);
        Assert.DoesNotContain(files, file => !System.IO.File.Exists(System.IO.Path.Combine(CiFile.Root, "src", file)));
    }

    [Theory]
    [InlineData(".vscode/launch.json")]
    [InlineData(".vscode/tasks.json")]
    [InlineData(".vscode/settings.json")]
    [InlineData(".vscode/extensions.json")]
    public void Editors_can_read_their_files(string file)
    {
        var options = new JsonDocumentOptions
        {
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
        };
        using var json = JsonDocument.Parse(CiFile.Text(file), options);
        if (file != ".vscode/launch.json")
            return;
        using var tasks = JsonDocument.Parse(CiFile.Text(".vscode/tasks.json"), options);
        var labels = tasks
            .RootElement.GetProperty("tasks")
            .EnumerateArray()
            .Select(task => task.GetProperty("label").GetString())
            .ToList();
        foreach (var configuration in json.RootElement.GetProperty("configurations").EnumerateArray())
            Assert.True(
                !configuration.TryGetProperty("preLaunchTask", out var task) || labels.Contains(task.GetString()));
    }

    private static IEnumerable<CodeBlock> Section(string file, string title)
    {
        var lines = CiFile.Text(file).Split('\n');
        var start = Array.IndexOf(lines, "## " + title);
        var end = Array.FindIndex(lines, start + 1, line => line.StartsWith("## ", StringComparison.Ordinal));
        return CodeBlock
            .All()
            .Where(block => block.File == file && block.Language == "sh" && block.Line > start && block.Line < end);
    }

    [GeneratedRegex(@"`((?:\.\w+|\w+)/[\w./-]+)`")]
    private static partial Regex Path();

    [GeneratedRegex(@"^\| \d+ \| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Step();

    [GeneratedRegex(@"`(\w[\w.-]*\.(?:cs|ps1|psd1|md))`")]
    private static partial Regex File();
}
