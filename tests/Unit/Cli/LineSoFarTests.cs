using System.CommandLine;
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
                line.Command is RootCommand ? "gitproc" : line.Command.Name,
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
                        && parsed.CommandResult.Command is not RootCommand)
                        Assert.Equal(parsed.CommandResult.Command.Name, line.Command.Name);
                },
                iter: 150,
                threads: 1);

    [Fact]
    public void Each_value_that_is_missing_is_an_error_with_any_other_option()
    {
        foreach (var command in All(GitprocCommand.Create(commandToRun: null)))
            foreach (var missing in command.Options.Where(option => option.Arity.MinimumNumberOfValues > 0))
                foreach (var other in command.Options.Where(option => option != missing && option.Action is null))
                {
                    string[] given = other.Arity.MinimumNumberOfValues > 0 ? [other.Name, "1"] : [other.Name];
                    string[] words = [.. Path(command), .. given, $"{missing.Name}="];
                    var root = GitprocCommand.Create(commandToRun: null);
                    Assert.True(root.Parse(words).Errors.Count > 0, string.Join(' ', words));
                }

        static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);

        static IEnumerable<string> Path(Command command) => command is RootCommand ? []
            : Path(command.Parents.OfType<Command>().First()).Append(command.Name);
    }

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
