using System.CommandLine;
using Gitproc.Cli.Output;
using Gitproc.Pools;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc warm [REPO]</c>.</summary>
internal static class WarmCommand
{
    public static Command Create(GlobalOptions options)
    {
        var repository = LeaseOptions.Repository();
        var count = new Option<int?>("--count", "-n")
        {
            Description = "The number of checkouts that should be ready. Those that already are count.",
            HelpName = "N",
            CustomParser = Numbers.Parse,
            Required = true,
        };
        var kind = KindOption.Create();
        var submodules = new SubmoduleOptions();
        var command = new Command(
            "warm",
            "Make checkouts ready before they are acquired: free, clean and at the default branch. Prints the paths of all that are ready."
        )
        {
            repository,
            count,
            kind,
        };
        submodules.AddTo(command);
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            var request = new WarmRequest
            {
                Repository = parsed.GetValue(repository),
                WorkingDirectory = CurrentFolder.Path,
                Count = parsed.GetValue(count)!.Value,
                Kind = parsed.GetValue(kind),
                Submodules = submodules.Wanted(parsed),
            };
            ResultWriter.WriteLines(
                options.Open(parsed).Acquiring.Warm(request, interruption.Token).Select(checkout => checkout.Path));
            return ExitCode.Done;
        });
        return command;
    }
}
