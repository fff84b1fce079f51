using System.CommandLine;
using Gitproc.Cli.Completion;
using Gitproc.Cli.Output;

namespace Gitproc.Cli.Commands;

/// <summary>
/// <c>gitproc env [CHECKOUT]</c>: prints the environment variables of a checkout, for a shell to take.
/// </summary>
internal static class EnvCommand
{
    public static Command Create(GlobalOptions options)
    {
        var checkout = LeaseOptions.Checkout();
        var json = new Option<bool>("--json") { Description = "Print a JSON object." };
        var shell = new Option<string>("--shell")
        {
            Description = $"For which shell: {ShellVariables.Named}. [default: {ShellVariables.Default}]",
            HelpName = SuggestedValues.Shell,
            DefaultValueFactory = _ => ShellVariables.Default,
            Validators =
            {
                result =>
                {
                    if (result.Tokens is [{ Value: var name }] && !ShellVariables.Shells.Contains(name))
                        result.AddError($"'{name}' is not {ShellVariables.Named}.");
                },
            },
        };
        var command = new Command("env", "Print the environment variables of a checkout: eval \"$(gitproc env)\".")
        {
            checkout,
            shell,
            json,
        };
        command.SetAction(parsed =>
        {
            var variables = options.Open(parsed).Checkouts.Variables(parsed.GetValue(checkout), CurrentFolder.Path);
            if (parsed.GetValue(json))
                JsonOutput.Write(variables);
            else
                ResultWriter.WriteLines(ShellVariables.Lines(parsed.GetRequiredValue(shell), variables));
            return ExitCode.Done;
        });
        return command;
    }
}
