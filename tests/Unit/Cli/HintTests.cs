using System.CommandLine;
using System.Text.RegularExpressions;
using Gitproc.Cli.Commands;
using Gitproc.Cli.Output;
using Gitproc.Reports;
using Gitproc.Unit.Ci;

namespace Gitproc.Unit.Cli;

/// <summary>
/// Core says which command helps as a <see cref="Hint"/>. How a command and its options are typed is known to the front
/// ends alone.
/// </summary>
public sealed partial class HintTests
{
    private static readonly RootCommand Root = GitprocCommand.Create(commandToRun: null);

    // Git's commands, and reasons of locks that git shows, are text.
    private static readonly List<string> Lines =
    [
        .. Directory
            .EnumerateFiles(Path.Combine(CiFile.Root, "src", "Gitproc.Core"), "*.cs", SearchOption.AllDirectories)
            .Where(file =>
                !file.Contains(
                    $"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(File.ReadLines)
            .Where(line =>
                !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
                && !line.Contains(" ends it\\n", StringComparison.Ordinal)),
    ];

    [Fact]
    public void No_message_of_Core_spells_a_command_or_an_option()
    {
        var options = All(Root)
            .SelectMany(command => command.Options)
            .Select(option => option.Name)
            .Where(name => name.StartsWith("--", StringComparison.Ordinal));
        var spelled = new Regex(
            $@"""[^""]*(\bgitproc ({string.Join('|', Root.Subcommands.Select(command => command.Name))})\b| ({string.Join('|', options.Distinct())})\b)"
        );

        Assert.True(Lines.Count > 10000);
        Assert.Matches(spelled, "\"To end it: gitproc remove\"");
        Assert.Matches(spelled, "\"Name it with --owner-pid.\"");
        Assert.DoesNotContain(Lines, spelled.IsMatch);
    }

    [Fact]
    public void Hints_name_options_that_there_are()
    {
        var options = All(Root).SelectMany(command => command.Options).Select(option => option.Name).ToHashSet();
        var named = Lines
            .SelectMany(line => Options().Matches(line))
            .SelectMany(list => Option().Matches(list.Value))
            .Select(option => option.Groups[1].Value)
            .ToHashSet();

        Assert.Contains("StopProcesses", named);
        Assert.All(
            named,
            name =>
                Assert.Contains(Messages.WithHint("", new Hint("", Command: null) { Options = [new(name)] }), options));
    }

    [Fact]
    public void A_hint_follows_its_message_as_it_is_typed()
    {
        var hint = new Hint(" To end it: ", "link remove", "a\e[2Jb")
        {
            Options = [new("StopProcesses"), new("ExpiresAfter", "2h")],
            End = ".",
        };

        Assert.Equal(
            "It runs. To end it: gitproc link remove --stop-processes --expires-after 2h a\\x1b[2Jb.",
            Messages.WithHint("It runs.", hint));
        Assert.Equal("It runs.", Messages.WithHint("It runs.", hint: null));
    }

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);

    [GeneratedRegex(@"Options = \[new\(.*\]")]
    private static partial Regex Options();

    [GeneratedRegex(@"new\(""(\w+)""")]
    private static partial Regex Option();
}
