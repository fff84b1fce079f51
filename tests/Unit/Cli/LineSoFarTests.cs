using CsCheck;
using Gitproc.Cli.Commands;
using Gitproc.Cli.Completion;

namespace Gitproc.Unit.Cli;

public sealed class LineSoFarTests
{
    private static readonly string[] Words =
    [
        "acquire",
        "a",
        "release",
        "link",
        "link add",
        "rescue",
        "list",
        "run",
        "help",
        "completion",
        "--",
        "-",
        "---",
        "--=",
        "--=x",
        "=",
        "",
        " ",
        "-v",
        "--verbose",
        "--repo",
        "--repo=x",
        "--repo=",
        "--ref",
        "-n",
        "-n5",
        "--count=",
        "--label",
        "--label=--",
        "--kind",
        "--no-such",
        "--no-such=1",
        "-\u00e9",
        "checkout-1",
        "\u001b[2J",
        "\0",
        "\ud800",
        "--pool",
        "--pool=/x",
        "--json",
        "-h",
        "--help",
        "--wait",
        "--wait=1h",
        "repair",
        "restore",
    ];

    [Theory]
    // The words, the command, the option whose value comes next, the argument that does, and what the repository is.
    [InlineData("", "gitproc", null, null, null)]
    [InlineData("acquire", "acquire", null, "REPO", null)]
    [InlineData("a", "acquire", null, "REPO", null)]
    [InlineData("acquire source", "acquire", null, null, "source")]
    [InlineData("acquire --ref", "acquire", "--ref", "REPO", null)]
    [InlineData("acquire --ref main", "acquire", null, "REPO", null)]
    [InlineData("acquire --ref=main source", "acquire", null, null, "source")]
    [InlineData("acquire --label --ref source", "acquire", null, null, "source")]
    [InlineData("acquire --no-such x", "acquire", null, null, "x")]
    [InlineData("acquire -- --ref", "acquire", null, null, "--ref")]
    [InlineData("acquire - ", "acquire", null, null, "-")]
    [InlineData("acquire release", "acquire", null, null, "release")]
    [InlineData("link here list", "list", null, null, null)]
    [InlineData("link here restore", "restore", null, "NAME", null)]
    [InlineData("--pool nowhere acquire", "acquire", null, "REPO", null)]
    [InlineData("--pool=nowhere acquire", "acquire", null, "REPO", null)]
    [InlineData("--pool acquire", "gitproc", null, null, null)]
    [InlineData("list --json", "list", null, null, null)]
    [InlineData("list --repo", "list", "--repo", null, null)]
    [InlineData("list --repo x", "list", null, null, "x")]
    [InlineData("remove a b c", "remove", null, "CHECKOUT", null)]
    [InlineData("no-such acquire", "acquire", null, "REPO", null)]
    public void Reads(string words, string command, string? awaited, string? next, string? repository)
    {
        var line = Read(words.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(
            (command, awaited, next, repository),
            (
                line.Command is System.CommandLine.RootCommand ? "gitproc" : line.Command.Name,
                line.Awaited?.Name,
                line.NextArgument?.HelpName,
                line.ValueOf("REPO")));
    }

    [Fact]
    public void Finds_the_command_that_the_parser_finds() =>
        Gen.OneOf(Words)
            .Array[0, 6]
            .Select(lines => lines.SelectMany(line => line.Split(' ')).ToArray())
            .Sample(
                words =>
                {
                    var line = Read(words);
                    var root = GitprocCommand.Create(commandToRun: null);
                    // What is no line has no command.
                    if (root.Parse(words) is { Errors.Count: 0 } parsed
                        && parsed.CommandResult.Command is not System.CommandLine.RootCommand)
                        Assert.Equal(parsed.CommandResult.Command.Name, line.Command.Name);
                },
                iter: 150,
                threads: 1);

    [Fact]
    public void Has_an_answer_for_any_words() =>
        Gen.Select(Gen.OneOf(Gen.OneOf(Words), Gen.String[0, 10]).Array[0, 8], Gen.OneOf(Words))
            .Sample(
                (words, typed) =>
                {
                    var line = Read(words);
                    Assert.All(
                        line.Options(typed), option => Assert.StartsWith(typed, option.Text, StringComparison.Ordinal));
                    Assert.All(
                        line.Commands(typed).Concat(line.AllCommands(typed)),
                        command => Assert.StartsWith(typed, command.Text, StringComparison.Ordinal));
                    Assert.True(line.Awaited is null || line.FindOption(line.Awaited.Name) == line.Awaited);
                    Assert.True(line.NextArgument is null || line.Command.Arguments.Contains(line.NextArgument));
                },
                iter: 300,
                threads: 1);

    private static LineSoFar Read(string[] words) => new(GitprocCommand.Create(commandToRun: null), words);
}
