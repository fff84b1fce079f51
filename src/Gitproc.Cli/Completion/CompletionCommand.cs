using System.CommandLine;
using Gitproc.Cli.Output;
using Gitproc.Text;

namespace Gitproc.Cli.Completion;

/// <summary>
/// <c>gitproc completion SHELL</c>: prints the script that makes a shell complete gitproc's command lines.
/// </summary>
internal static class CompletionCommand
{
    // Each shell, and the embedded resource with its script.
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = "gitproc.bash",
        ["zsh"] = "gitproc.zsh",
        ["fish"] = "gitproc.fish",
        ["pwsh"] = "gitproc.ps1",
    };

    public static Command Create()
    {
        var shell = new Argument<string>("shell")
        {
            Description = "bash, zsh, fish or pwsh.",
            HelpName = SuggestedValues.Shell,
        };
        var command = new Command(
            "completion",
            "Print the script that makes a shell complete gitproc's command lines: eval \"$(gitproc completion bash)\"."
        )
        {
            shell,
        };
        command.SetAction(parsed =>
        {
            var name = parsed.GetRequiredValue(shell);
            if (!Scripts.TryGetValue(name, out var file))
            {
                Messages.WriteLine(
                    $"gitproc: there is no completion for '{SecretText.Hide(name)}', only for {string.Join(", ", Scripts.Keys)}."
                );
                return ExitCode.Usage;
            }

            using var script = typeof(CompletionCommand).Assembly.GetManifestResourceStream(file)!;
            using var output = Console.OpenStandardOutput();
            script.CopyTo(output);
            return ExitCode.Done;
        });
        return command;
    }

    public static IEnumerable<string> Shells => Scripts.Keys;
}
