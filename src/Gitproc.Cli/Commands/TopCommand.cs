using System.CommandLine;
using Gitproc.Cli.Output;
using Gitproc.Terminal;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc top</c>.</summary>
internal static class TopCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(GlobalOptions options)
    {
        var repository = new Option<string?>("--repo") { Description = "Only this repository: a URL, a path, or a name the pool knows.", HelpName = "REPO" };
        var command = new Command("top", "Watch who holds and who waits for checkouts, and what each is doing; q ends it. Without a terminal, print it once.")
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
                // Ctrl+C, which is a key of the view like q.
                return ExitCode.Done;
            }
            finally
            {
                // .NET has put the keypad into the mode for programs, and does not take it out again.
                Console.Out.Write("\e[?1l\e>");
            }
        });
        return command;
    }
}
