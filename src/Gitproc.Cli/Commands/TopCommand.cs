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
            Description =
                "Show only this repository: a URL, a path, or a name that the pool knows; with --fleet, its key or the end of it.",
            HelpName = "REPO",
        };
        var web = new Option<bool>("--web")
        {
            Description = "Serve the view to a browser of this machine, and print its address. Ctrl+C ends it.",
        };
        var fleet = new Option<bool>("--fleet")
        {
            Description = "Watch the machines, the limits, the holders and the queue of the fleet, as they have last told.",
        };
        var command = new Command(
            "top",
            "Watch who holds and who waits for checkouts, and what each of them is doing. Press q to quit. Without a terminal, print the view once."
        )
        {
            repository,
            fleet,
            web,
        };
        command.Check(result =>
        {
            if (result.GetValue(web) && result.GetValue(repository) is not null)
                result.AddError("--web and --repo exclude each other. The page has a filter.");
            if (result.GetValue(web) && result.GetValue(fleet))
                result.AddError("--web and --fleet exclude each other. The page of a running gitproc-agent shows its fleet.");
        });
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(web))
                return Serve(options.OpenQuietly(parsed).Path);
            using var interruption = new Interruption();
            var isLive = ConsoleScreen.IsThere;
            var pool = isLive ? options.OpenQuietly(parsed) : options.Open(parsed);
            var only = parsed.GetValue(repository);
            using ILiveSource source = parsed.GetValue(fleet)
                ? new LiveFleet(pool.FleetView, only, interruption.Token)
                : new LivePool(
                    pool.Checkouts.Watch(only, CurrentFolder.Path, interruption.Token),
                    new CurrentCheckout(CurrentFolder.Path));
            if (!isLive)
            {
                source.Read();
                ResultWriter.WriteLines(TextTable.Join(source.Tables(width: null, hasColor: false)));
                return ExitCode.Done;
            }

            try
            {
                using var screen = new ConsoleScreen();
                new LiveView(source, screen, ConsoleScreen.TakesColor).Run(interruption.Token);
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
        // The agent ends with the pipe, even if this process is killed.
        using var process = Process.Start(
            new ProcessStartInfo(agent, ["--pool", pool, "--page", "0", "--only-page", "--until-input-ends"])
            {
                RedirectStandardInput = true,
            })!;
        passing.To(process.Id);
        process.WaitForExit();
        return process.ExitCode == 0 ? ExitCode.Done : ExitCode.Error;
    }
}
