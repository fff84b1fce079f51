using System.CommandLine;
using System.Diagnostics;
using Gitproc.Cli.Output;
using Gitproc.Processes;
using Gitproc.Terminal;
using Gitproc.Text;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc top</c>.</summary>
internal static class TopCommand
{
    private const string Agent = "gitproc-agent";

    private static readonly string AgentFile = OperatingSystem.IsWindows() ? Agent + ".exe" : Agent;

    public static Command Create(GlobalOptions options)
    {
        var repository = new Option<string?>("--repo")
        {
            Description = "Show only this repository: a URL, a path, or a name that the pool knows.",
            HelpName = "REPO",
        };
        var web = new Option<bool>("--web")
        {
            Description = "Serve the view to a browser of this machine, and print its address. Ctrl+C ends it.",
        };
        var command = new Command(
            "top",
            "Watch who holds and who waits for checkouts, and what each of them is doing. Press q to quit. Without a terminal, print the view once."
        )
        {
            repository,
            web,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(web) && result.GetValue(repository) is not null)
                result.AddError("--web and --repo exclude each other. The page has a filter.");
        });
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(web))
                return Serve(options.OpenQuietly(parsed).Path);
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

    private static int Serve(string pool)
    {
        var beside = Path.Combine(Path.GetDirectoryName(Environment.ProcessPath)!, AgentFile);
        var agent = ProgramPath.IsExecutable(beside) ? beside : ProgramPath.Find(Agent);
        if (agent is null)
        {
            Messages.WriteLine(
                $"gitproc: {Agent}, which serves the page, is neither beside gitproc nor on the PATH. "
                    + $"To install it: {OnlineDocuments.Folder}agent.md");
            return ExitCode.Error;
        }

        using var passing = new SignalPassing();
        using var process = Process.Start(
            new ProcessStartInfo(agent, ["--pool", pool, "--page", "0", "--only-page"]))!;
        passing.To(process.Id);
        process.WaitForExit();
        return process.ExitCode == 0 ? ExitCode.Done : ExitCode.Error;
    }
}
