using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Gitproc.Cli.Completion;
using Gitproc.Cli.Help;
using Gitproc.Cli.Output;

namespace Gitproc.Cli.Commands;

/// <summary>The root command with its subcommands.</summary>
internal static class GitprocCommand
{
    /// <param name="commandToRun">For <c>run</c>: the words after <c>--</c>; null if there is no <c>--</c>.</param>
    public static RootCommand Create(IReadOnlyList<string>? commandToRun)
    {
        // This comes before anything is printed, parse errors included.
        ResultWriter.Prepare();
        var options = new GlobalOptions();
        var root = new RootCommand(
            "Keeps a pool of lockable checkouts of git repositories, so that many jobs work side by side.")
        {
            ListCommand.Create(options),
            TopCommand.Create(options),
            FilterCommand.Create(options),
            CurrentCommand.Create(options),
            AcquireCommand.Create(options),
            RunCommand.Create(options, commandToRun),
            EnvCommand.Create(options),
            ReleaseCommand.Create(options),
            BackgroundCommand.Create(),
            RemoteCommand.Create(options),
            RenewCommand.Create(options),
            ReapCommand.Create(options),
            HistoryCommand.Create(options),
            WarmCommand.Create(options),
            RepositoriesCommand.Create(options),
            ResetCommand.Create(options),
            RemoveCommand.Create(options),
            PruneCommand.Create(options),
            RepairCommand.Create(options),
            DoctorCommand.Create(options),
            RescueCommand.Create(options),
            TrustCommand.Create(options),
            FleetCommand.Create(options),
            LinkCommand.Create(options),
            LinkCommand.CreateCheckout(options),
            CompletionCommand.Create(),
            CompletionCommand.CreateShellInit(),
        };
        root.Add(HelpCommand.Create(root));
        options.AddTo(root);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Aliases.Add("-H");
        help.Action = new PagedHelp((SynchronousCommandLineAction)help.Action!);
        root.SetAction(parsed =>
        {
            root.Parse("--help").Invoke(new InvocationConfiguration { Output = Console.Error });
            return ExitCode.Usage;
        });
        return root;
    }
}
