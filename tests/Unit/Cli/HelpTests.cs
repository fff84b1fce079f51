using System.Text.RegularExpressions;
using Gitproc.Text;
using Gitproc.Unit.Ci;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Cli;

/// <summary>
/// What <c>gitproc help</c> prints, and that docs/help/cli has a page for each command and none for any other.
/// </summary>
public sealed class HelpTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void Help_of_a_command_has_all_that_a_man_page_has()
    {
        var text = Help("acquire");
        string[] titles =
        [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "ARGUMENTS",
            "OPTIONS",
            "EXAMPLES",
            "EXIT CODES",
            "SETTINGS",
            "SEE ALSO",
        ];
        Assert.Equal(titles, text.Split('\n').Where(line => line.Length > 0 && line[0] != ' '));
        Assert.Contains("gitproc acquire, a - Lock a checkout", text, StringComparison.Ordinal);
        Assert.Contains("gitproc acquire [REPO] [OPTION...]", text, StringComparison.Ordinal);
        Assert.Contains("-b, --new-branch BRANCH", text, StringComparison.Ordinal);
        Assert.Contains("--pool FOLDER", text, StringComparison.Ordinal);
        Assert.Matches(@"\n +3 +no checkout is free", text);
        Assert.DoesNotMatch(@"\n +127 ", text);
        Assert.Matches(@"\n +gitproc.maxCheckouts, GITPROC_MAX_CHECKOUTS\n +the most checkouts of a repository", text);
    }

    [Fact]
    public void Help_of_run_has_the_commands_exit_code_and_gitprocs_own()
    {
        var text = Help("run");
        Assert.Matches(@"EXIT CODES\n    The one of the command", text);
        Assert.Matches(@"\n    3 +no checkout is free", text);
        Assert.Matches(@"\n    127 +run: its command does not exist", text);
        Assert.DoesNotMatch(@"\n    0 +done", text);
    }

    [Fact]
    public void Help_leads_to_documents_online_as_no_package_has_them()
    {
        var texts = Commands()
            .SelectMany(command => Commands(command).Select(inner => Help(command, inner)).Prepend(Help(command)))
            .Append(Help())
            .ToList();
        Assert.All(texts, text => Assert.DoesNotMatch(@"\w\.md\b(?<!https:\S+)|\]\(", text));
        var documents = texts
            .SelectMany(text =>
                Regex
                    .Matches(text, $@"{Regex.Escape(OnlineDocuments.Folder)}([^)#\s]+)")
                    .Select(match => match.Groups[1].Value))
            .ToList();
        Assert.Contains("leases.md", documents);
        Assert.All(
            documents, document => Assert.True(File.Exists(Path.Combine(CiFile.Root, "docs", document)), document));
    }

    [Fact]
    public void Help_takes_two_words_and_aliases()
    {
        Assert.StartsWith("NAME\n    gitproc link restore - ", Help("link", "restore"), StringComparison.Ordinal);
        Assert.Equal(Help("link", "list"), Help("link", "ls"));
        Assert.Equal(Help("release"), Help("r"));
        Assert.Contains("-- COMMAND [ARGUMENT...]", Help("run"), StringComparison.Ordinal);
        var refused = _pool.Program.Run(_pool["."], "help", "link", "nonsense");
        Assert.Equal(
            (2, "", "gitproc: there is no command 'link nonsense'. See gitproc help."),
            (refused.ExitCode, refused.Output, refused.Error));
    }

    [Fact]
    public void Help_alone_has_the_commands_and_all_exit_codes()
    {
        var text = Help();
        Assert.Matches(@"\n +130 +interrupted", text);
        Assert.Contains("gitproc.caseInsensitiveHost", text, StringComparison.Ordinal);
        foreach (var command in Commands())
            Assert.Matches($@"\n    {command}(\n| )", text);
    }

    [Fact]
    public void Each_command_has_a_page_with_examples_and_exit_codes_and_each_page_a_command()
    {
        var folder = Path.Combine(CiFile.Root, "docs/help/cli");
        var pages = Directory.EnumerateFiles(folder, "*.md").Select(Path.GetFileNameWithoutExtension);
        var commands = Commands()
            .SelectMany(command => Commands(command).Select(inner => $"{command}-{inner}").Prepend(command))
            .Append("gitproc")
            .ToList();
        Assert.Equal(commands.Order(StringComparer.Ordinal), pages.Order(StringComparer.Ordinal));
        foreach (var command in commands)
        {
            var text = Help(WordsOf(command));
            Assert.All(
                ["DESCRIPTION", "EXAMPLES", "EXIT CODES"],
                title => Assert.Contains($"\n{title}\n    ", text, StringComparison.Ordinal));
            // Every option says something.
            Assert.DoesNotMatch(@"\n    -\S[^\n]*\n    -", text);
        }
    }

    private string[] WordsOf(string page) =>
        page == "gitproc" ? [] : Commands().Contains(page) ? [page] : page.Split('-');

    [Fact]
    public void A_page_names_no_option_setting_or_command_that_there_is_not()
    {
        var settings = Regex
            .Matches(CiFile.Text("docs/help/about_Gitproc.md"), "`(gitproc\\.[A-Za-z]+)[.`]")
            .Select(match => match.Groups[1].Value)
            .ToHashSet();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(CiFile.Root, "docs/help/cli"), "*.md"))
        {
            var text = File.ReadAllText(file);
            Assert.All(
                Regex.Matches(text, @"gitproc\.[A-Za-z]+").Select(match => match.Value),
                setting => Assert.Contains(setting, settings));
            // The options in the text, not those in the examples, which are run and may be other programs'.
            var known = Help(WordsOf(Path.GetFileNameWithoutExtension(file)));
            var prose = Regex.Replace(text, "```.*?```", "", RegexOptions.Singleline);
            Assert.All(
                Regex.Matches(prose, "`(--[a-z-]+)").Select(match => match.Groups[1].Value),
                option => Assert.Contains(option, known, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Help_of_what_takes_a_kind_has_its_setting() =>
        Assert.All(
            ["acquire", "run", "warm"],
            command => Assert.Contains("gitproc.kind, GITPROC_KIND", Help(command), StringComparison.Ordinal));

    [Fact]
    public void Help_option_of_a_command_is_short()
    {
        var text = _pool.Program.Run(_pool["."], "acquire", "--help").Output;
        Assert.Contains("Usage:", text, StringComparison.Ordinal);
        Assert.DoesNotContain("EXAMPLES", text, StringComparison.Ordinal);
    }

    private string Help(params string[] command)
    {
        var result = _pool.Program.Run(_pool["."], ["help", .. command]);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        return result.Output;
    }

    // As the short help lists them: "a, acquire <REPO>"; the longest name is the command's.
    private IEnumerable<string> Commands(params string[] of)
    {
        var text = _pool.Program.Run(_pool["."], [.. of, "--help"]).Output;
        var start = text.IndexOf("\nCommands:\n", StringComparison.Ordinal);
        return start < 0
            ? []
            : text[start..]
                .Split('\n')
                .Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line[2] != ' ')
                .Select(line =>
                    Regex.Match(line.Trim(), @"^[^<]*?(?=  | <|$)").Value.Split(", ").MaxBy(name => name.Length)!);
    }
}
