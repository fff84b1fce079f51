using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Gitproc.Cli.Commands;
using Gitproc.Unit.Ci;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Cli;

/// <summary>The source of the manual pages for man(1). tests/Pester/Package.Tests.ps1 shows them with man.</summary>
public sealed partial class ManPagesTests : IDisposable
{
    private readonly PoolFixture _pool = new();
    private readonly Dictionary<string, string> _pages;

    public ManPagesTests()
    {
        Assert.Equal(0, _pool.Program.Run(_pool.Home, "help", "--man-pages", _pool["pages/man1"]).ExitCode);
        _pages = Directory.EnumerateFiles(_pool["pages/man1"]).ToDictionary(file => Path.GetFileName(file), File.ReadAllText);
    }

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void There_is_one_for_each_page_of_the_documentation()
    {
        var documented = Directory.EnumerateFiles(Path.Combine(CiFile.Root, "docs/help/cli"), "*.md")
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Select(name => name == "gitproc" ? "gitproc.1" : $"gitproc-{name}.1");
        Assert.Equal(documented.Order(StringComparer.Ordinal), _pages.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_has_a_title_and_only_macros_of_man()
    {
        foreach (var (name, page) in _pages)
        {
            var title = Path.ChangeExtension(name, null);
            Assert.StartsWith($".TH {title.ToUpperInvariant().Replace("-", "\\-")} 1 ", page, StringComparison.Ordinal);
            Assert.Contains($"\n.SH NAME\n{title.Replace("-", "\\-")} \\- ", page, StringComparison.Ordinal);
            Assert.DoesNotMatch("[^\n -~]", page);
            Assert.DoesNotMatch(@"(?m)^(?!\.(TH|SH|PP|TP|IP|nf|fi|nh|ad)\b)['.]", page);
            Assert.Equal(Count("\n.nf\n"), Count("\n.fi\n"));

            int Count(string macro) => page.Split(macro).Length;
        }
    }

    [Fact]
    public void Each_has_all_that_help_has()
    {
        Check(GitprocCommand.Create(commandToRun: null), []);

        void Check(Command command, string[] words)
        {
            var help = _pool.Program.Run(_pool.Home, ["help", .. words]).Output;
            var page = _pages[$"{string.Join('-', [.. words.Prepend("gitproc")])}.1"];
            Assert.Equal(WordsOf(help), WordsOf(Plain(page)));
            foreach (var inner in command.Subcommands.Where(inner => !inner.Hidden))
                Check(inner, [.. words, inner.Name]);
        }

        // The synopsis also has the aliases, which help has beside the name.
        static string[] WordsOf(string text) =>
            text[text.IndexOf("\nDESCRIPTION\n", StringComparison.Ordinal)..]
                .Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public void Aliases_are_in_the_synopsis() =>
        Assert.Contains(
            ".SH SYNOPSIS\n.nf\ngitproc link list [OPTION...]\ngitproc link ls [OPTION...]\n.fi\n",
            _pages["gitproc-link-list.1"],
            StringComparison.Ordinal);

    // What man shows, without the layout.
    private static string Plain(string page)
    {
        var lines = page.Split('\n')
            .Select(line => line.StartsWith(".IP ", StringComparison.Ordinal) ? "- "
                : line.StartsWith(".SH ", StringComparison.Ordinal) ? line[4..] + "\n"
                : line.StartsWith('.') ? "" : line + "\n");
        return Escape().Replace(string.Concat(lines), escape => escape.Value switch
        {
            "\\-" => "-",
            "\\e" => "\\",
            "\\(aq" => "'",
            "\\(ga" => "`",
            "\\(ha" => "^",
            "\\(ti" => "~",
            ['\\', '[', 'u', .. var code, ']'] => char.ConvertFromUtf32(int.Parse(code, NumberStyles.HexNumber)),
            _ => "",
        });
    }

    [GeneratedRegex(@"\\(-|e|&|\(..|f.|\[u[0-9A-F]+\])")]
    private static partial Regex Escape();
}
