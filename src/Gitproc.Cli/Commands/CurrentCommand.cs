using System.CommandLine;
using Gitproc.Cli.Output;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc current</c>.</summary>
internal static class CurrentCommand
{
    public static Command Create(GlobalOptions options)
    {
        var json = CheckoutOutput.OneAsJsonOption();
        var command = new Command("current", "Print the path of the current checkout, which the working directory is in.")
        {
            json,
        };
        command.SetAction(parsed =>
        {
            CheckoutOutput.WriteOne(
                options.Open(parsed).Checkouts.Find(checkout: null, CurrentFolder.Path), parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }
}
