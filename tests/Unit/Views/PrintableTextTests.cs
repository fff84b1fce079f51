using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Unit.Views;

public sealed class PrintableTextTests
{
    [Theory]
    [InlineData("plain: text, 'quoted' – and ü", "plain: text, 'quoted' – and ü")]
    [InlineData("a\nb\tc\r", @"a\x0ab\x09c\x0d")]
    [InlineData("\e[31mred\u009b0m\a", @"\x1b[31mred\x9b0m\x07")]
    [InlineData("\u202eevil\u2066\u2028", @"\u202eevil\u2066\u2028")]
    [InlineData("see ##vso[task.setvariable variable=PATH]x", @"see \x23#vso[task.setvariable variable=PATH]x")]
    [InlineData("##VSO[x", @"\x23#VSO[x")]
    [InlineData("##[error]x", @"\x23#[error]x")]
    [InlineData("###[x", @"#\x23#[x")]
    [InlineData("  ::add-mask::x", @"  \x3a:add-mask::x")]
    [InlineData("std::vector, # and ## and ::", "std::vector, # and ## and ::")]
    public void What_a_terminal_or_a_CI_system_obeys_is_escaped(string text, string expected)
    {
        Assert.Equal(expected, PrintableText.Of(text));
        Assert.Equal(expected, PrintableText.Of(expected));
    }

    [Fact]
    public void Lines_are_kept_where_they_are_wanted_and_none_begins_a_command() =>
        Assert.Equal(
            "a\n\t\\x3a:error::b\n\\x23#vso[x]\\x0d\nc", PrintableText.OfLines("a\n\t::error::b\n##vso[x]\r\nc"));

    [Fact]
    public void Errors_and_reports_hold_nothing_that_is_obeyed()
    {
        const string name = "x\n##vso[task.setvariable variable=PATH]evil\e[2J";
        Assert.Equal(
            "'x\n\\x23#vso[task.setvariable variable=PATH]evil\\x1b[2J'",
            new GitprocException(ErrorReason.CannotClean, $"'{name}'").Message);
        Assert.Equal(
            "'x\n\\x23#vso[task.setvariable variable=PATH]evil\\x1b[2J'",
            new PoolReport(ReportKind.Warning, $"'{name}'").Text);
    }
}
