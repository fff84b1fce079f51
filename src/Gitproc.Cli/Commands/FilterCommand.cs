using System.CommandLine;
using Gitproc.Cli.Output;
using Gitproc.Pools;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc filter PATTERN</c>.</summary>
internal static class FilterCommand
{
    public static Command Create(GlobalOptions options)
    {
        var pattern = new Argument<string>("pattern")
        {
            Description = "A .NET regular expression. Case is ignored.",
            HelpName = "PATTERN",
        };
        var json = CheckoutOutput.JsonOption();
        var command = new Command("filter", "List the checkouts whose names match a pattern.") { pattern, json };
        command.Aliases.Add("grep");
        command.Aliases.Add("-F");
        command.SetAction(parsed =>
        {
            var filter = CheckoutFilter.ByPattern(parsed.GetValue(pattern)!);
            var checkouts = options.Open(parsed).Checkouts.List(repository: null, CurrentFolder.Path);
            CheckoutOutput.Write(
                [.. checkouts.Where(checkout => filter.Matches(checkout.Name))],
                parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }
}
