using System.CommandLine;
using Gitproc.Pools;
using Gitproc.Processes;

namespace Gitproc.Cli.Commands;

/// <summary>What <c>release --background</c> leaves to a process of its own. Not for people: acquire cleans what it needs.</summary>
internal static class CleanCommand
{
    private const string Name = "clean-released";

    /// <summary>Makes the command.</summary>
    public static Command Create(GlobalOptions options)
    {
        var checkout = new Argument<string>("checkout");
        var clean = CleanOption.Create("What its files lose");
        var discard = new Option<bool>("--discard");
        var command = new Command(Name) { checkout, clean, discard };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            DetachedProcess.Leave();
            options.Open(parsed).Checkouts.Clean(parsed.GetRequiredValue(checkout), parsed.GetValue(clean), parsed.GetValue(discard), CancellationToken.None);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Starts the process. Where it cannot be started, the next acquire does its work.</summary>
    public static void Start(string pool, string checkout, ReleaseRequest request)
    {
        List<string> arguments = ["--pool", pool, Name, checkout];
        if (request.Clean is { } mode)
            arguments.Add($"--clean={mode}");
        if (request.Discard)
            arguments.Add("--discard");
        DetachedProcess.Start(Environment.ProcessPath!, arguments, pool);
    }
}
