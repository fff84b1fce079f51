using System.CommandLine;
using Gitproc.Cli.Output;
using Gitproc.Text;

namespace Gitproc.Cli.Completion;

/// <summary>
/// <c>gitproc completion SHELL</c> and <c>gitproc shell-init SHELL</c>: print the scripts that make a shell complete
/// gitproc's command lines, and give it functions that change folder.
/// </summary>
internal static class CompletionCommand
{
    // Each shell, and the ending of its scripts, which are embedded resources.
    private static readonly Dictionary<string, string> Endings = new(StringComparer.Ordinal)
    {
        ["bash"] = "bash",
        ["zsh"] = "zsh",
        ["fish"] = "fish",
        ["pwsh"] = "ps1",
    };

    public static Command Create() => Create(
        "completion",
        "Print the script that makes a shell complete gitproc's command lines: eval \"$(gitproc completion bash)\".",
        ["gitproc"]);

    /// <summary><c>gitproc shell-init</c>.</summary>
    public static Command CreateShellInit() => Create(
        "shell-init",
        "Print the script that gives a shell gpa and gpr, which acquire and release a checkout and change folder, and completion: eval \"$(gitproc shell-init bash)\".",
        ["functions", "gitproc"]);

    private static Command Create(string name, string description, string[] scripts)
    {
        var shell = new Argument<string>("shell")
        {
            Description = "bash, zsh, fish or pwsh.",
            HelpName = SuggestedValues.Shell,
        };
        var command = new Command(name, description) { shell };
        command.SetAction(parsed =>
        {
            var wanted = parsed.GetRequiredValue(shell);
            if (!Endings.TryGetValue(wanted, out var ending))
            {
                Messages.WriteLine(
                    $"gitproc: there is no {name} for '{SecretText.Hide(wanted)}', only for {string.Join(", ", Shells)}."
                );
                return ExitCode.Usage;
            }

            using var output = Console.OpenStandardOutput();
            foreach (var script in scripts)
            {
                using var text = typeof(CompletionCommand).Assembly.GetManifestResourceStream($"{script}.{ending}")!;
                text.CopyTo(output);
            }

            return ExitCode.Done;
        });
        return command;
    }

    public static IEnumerable<string> Shells => Endings.Keys;
}
