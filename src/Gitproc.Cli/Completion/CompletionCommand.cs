using System.CommandLine;
using Gitproc.Cli.Output;
using Gitproc.Text;

namespace Gitproc.Cli.Completion;

/// <summary><c>gitproc completion SHELL</c>: the script that makes a shell complete our command lines.</summary>
internal static class CompletionCommand
{
    // The shells, and the scripts, which are in the program.
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = "gitproc.bash",
        ["zsh"] = "gitproc.zsh",
        ["fish"] = "gitproc.fish",
        ["pwsh"] = "gitproc.ps1",
    };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh, fish or pwsh.", HelpName = SuggestedValues.Shell };
        var command = new Command("completion", "Print what makes a shell complete gitproc's command lines, as eval \"$(gitproc completion bash)\".") { shell };
        command.SetAction(parsed =>
        {
            var name = parsed.GetRequiredValue(shell);
            if (!Scripts.TryGetValue(name, out var file))
            {
                Messages.WriteLine($"gitproc: there is no completion for '{SecretText.Hide(name)}', but for {string.Join(", ", Scripts.Keys)}.");
                return ExitCode.Usage;
            }

            using var script = typeof(CompletionCommand).Assembly.GetManifestResourceStream(file)!;
            using var output = Console.OpenStandardOutput();
            script.CopyTo(output);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The shells there is a script for.</summary>
    public static IEnumerable<string> Shells => Scripts.Keys;
}
