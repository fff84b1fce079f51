using System.CommandLine;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc release</c>.</summary>
internal static class ReleaseCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="options">The global options.</param>
    /// <returns>The command.</returns>
    public static Command Create(GlobalOptions options)
    {
        var checkout = new Argument<string?>("checkout")
        {
            Description = "Its name, or a path in it. [default: the one you stand in]",
            HelpName = "CHECKOUT",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var force = new Option<bool>("--force", "-f")
        {
            Description = "Release it even if another live process holds it.",
        };
        var command = new Command("release", "Unlock a checkout.") { checkout, force };
        command.Aliases.Add("r");
        command.SetAction(parsed =>
        {
            var released = options.Open(parsed).Release(new ReleaseRequest
            {
                Checkout = parsed.GetValue(checkout),
                WorkingDirectory = CurrentFolder.Path,
                Force = parsed.GetValue(force),
            });
            Console.Error.WriteLine($"gitproc: {released.Name} is free");
            return ExitCode.Done;
        });
        return command;
    }
}
