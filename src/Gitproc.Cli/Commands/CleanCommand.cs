using System.CommandLine;
using Gitproc.Pools;
using Gitproc.Processes;

namespace Gitproc.Cli.Commands;

/// <summary>
/// The hidden command that <c>release --background</c> starts in a separate process. Users do not need it: acquire
/// cleans the checkout that it takes.
/// </summary>
internal static class CleanCommand
{
    private const string Name = "clean-released";

    public static Command Create(GlobalOptions options)
    {
        var checkout = new Argument<string>("checkout");
        var clean = CleanOption.Create("What to remove from the checkout");
        var discard = new Option<bool>("--discard");
        var command = new Command(Name) { checkout, clean, discard };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            DetachedProcess.Leave();
            options
                .Open(parsed)
                .Checkouts.Clean(
                    parsed.GetRequiredValue(checkout),
                    parsed.GetValue(clean),
                    parsed.GetValue(discard),
                    CancellationToken.None);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Starts the process. If it does not start, the next acquire cleans the checkout.</summary>
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
