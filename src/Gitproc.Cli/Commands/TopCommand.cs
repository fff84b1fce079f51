using System.CommandLine;
using Gitproc.Cli.Output;
using Gitproc.Terminal;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc top</c>.</summary>
internal static class TopCommand
{
    public static Command Create(GlobalOptions options)
    {
        var repository = new Option<string?>("--repo")
        {
            Description = "Show only this repository: a URL, a path, or a name that the pool knows.",
            HelpName = "REPO",
        };
        var command = new Command(
            "top",
            "Watch who holds and who waits for checkouts, and what each of them is doing. Press q to quit. Without a terminal, print the view once."
        )
        {
            repository,
        };
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            var isLive = ConsoleScreen.IsThere;
            var pool = isLive ? options.OpenQuietly(parsed) : options.Open(parsed);
            using var watch = pool.Checkouts.Watch(parsed.GetValue(repository), CurrentFolder.Path, interruption.Token);
            var place = new CurrentCheckout(CurrentFolder.Path);
            if (!isLive)
            {
                ResultWriter.WriteLines(new PoolTable(watch.Read(), DateTimeOffset.UtcNow, place).Lines());
                return ExitCode.Done;
            }

            try
            {
                using var screen = new ConsoleScreen();
                new LivePool(watch, screen, place, ConsoleScreen.TakesColor).Run(interruption.Token);
                return ExitCode.Done;
            }
            catch (OperationCanceledException) when (!interruption.Token.IsCancellationRequested)
            {
                // Ctrl+C closes the view, as q does.
                return ExitCode.Done;
            }
            finally
            {
                // .NET puts the keypad into application mode and does not reset it.
                Console.Out.Write("\e[?1l\e>");
            }
        });
        return command;
    }
}
