using System.Diagnostics;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Cli;

/// <summary>What <c>gitproc shell-init</c> gives each shell, in the shell itself.</summary>
public sealed class ShellInitTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    // This would run something if a shell evaluated it.
    private readonly string _poolPath;

    public ShellInitTests() => _poolPath = _pool["a $(touch evil) `touch evil` '\" pool"];

    public static TheoryData<string> Shells() => new(Lines.Keys.Where(IsThere));

    // For each shell: how it reads the script, and then runs one.
    private static readonly Dictionary<string, (string[] Arguments, string Init)> Lines = new(StringComparer.Ordinal)
    {
        ["bash"] = (["--norc", "--noprofile", "-uc"], "eval \"$(gitproc shell-init bash)\"\n"),
        ["zsh"] = (["-fc"], "autoload -U compinit; compinit -u -D; eval \"$(gitproc shell-init zsh)\"\n"),
        ["fish"] = (["--no-config", "-c"], "gitproc shell-init fish | source\n"),
        ["pwsh"] = (
            ["-NoProfile", "-NonInteractive", "-Command"],
            "gitproc shell-init pwsh | Out-String | Invoke-Expression\n"),
    };

    public void Dispose() => _pool.Dispose();

    [Theory]
    [MemberData(nameof(Shells))]
    public void Gpa_goes_to_a_checkout_and_gpr_back(string shell)
    {
        var code = Code(shell);
        var result = Run(shell, shell == "pwsh"
            ? $"gpa $env:SOURCE; {code}; $PWD.Path; gitproc current; Set-Location .git; gpr --background; {code}; $PWD.Path"
            : $"gpa \"$SOURCE\"; {code}; pwd; gitproc current; cd .git; gpr --background; {code}; pwd");
        var checkout = Path.Combine(_poolPath, "checkout-1");
        Assert.Equal(["0", checkout, checkout, "0", _pool.Home], result.Output.Split('\n'));
        Assert.Equal("", result.Error);
        // It is cleaned in the background.
        Eventually.True(() => List().Contains("Free", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(_pool.Home, "evil", SearchOption.AllDirectories));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public void They_stay_and_return_the_exit_code_on_failure(string shell)
    {
        var code = Code(shell);
        var result = Run(shell, shell == "pwsh"
            ? $"gpa /nope; {code}; $PWD.Path; gpa $env:SOURCE --no-create; {code}; gpr; {code}; $PWD.Path; "
                + $"gpa $env:SOURCE; gpr --nonsense; {code}; $PWD.Path"
            : $"gpa /nope; {code}; pwd; gpa \"$SOURCE\" --no-create; {code}; gpr; {code}; pwd; "
                + $"gpa \"$SOURCE\"; gpr --nonsense; {code}; pwd");
        Assert.Equal(
            ["1", _pool.Home, "3", "1", _pool.Home, "2", Path.Combine(_poolPath, "checkout-1")],
            result.Output.Split('\n'));
        Assert.Contains("/nope", result.Error, StringComparison.Ordinal);
        Assert.Contains("--nonsense", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public void Gpr_goes_back_step_by_step_and_stays_when_it_releases_another_checkout(string shell)
    {
        var place = shell == "pwsh" ? "$PWD.Path" : "pwd";
        var source = shell == "pwsh" ? "$env:SOURCE" : "\"$SOURCE\"";
        var result = Run(
            shell,
            $"gpa {source}; gpa {source}; gpa {source}; gpr checkout-2; {place}; gpr; {place}; "
                + $"cd ../checkout-1; gpr; {place}; gpa --help");
        Assert.Equal(
            [Path.Combine(_poolPath, "checkout-3"), Path.Combine(_poolPath, "checkout-2"), _pool.Home],
            result.Output.Split('\n')[..3]);
        Assert.Contains("Usage:", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Locked", List(), StringComparison.Ordinal);
    }

    [ProgramFact("bash")]
    public void A_shell_is_not_in_a_folder_that_is_being_cleaned()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has /proc.");
        // A hook of the release cannot look at the shell; a gitproc in its place can.
        TestGit.WriteScript(
            Path.Combine(Directory.CreateDirectory(_pool["bin"]).FullName, "gitproc"),
            $$"""
            #!/bin/sh
            case "$*" in
                'release') readlink "/proc/$SHELL_ID/cwd" >&3 ;;
            esac
            exec '{{GitprocProgram.File}}' "$@"
            """);
        var result = Run("bash", "exec 3>seen; export SHELL_ID=$$; gpa \"$SOURCE\"; gpr", _pool["bin"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(_pool.Home, File.ReadAllText(Path.Combine(_pool.Home, "seen")).TrimEnd());
    }

    [ProgramFact("bash")]
    public void Bash_completes_them()
    {
        Run("bash", "gitproc acquire \"$SOURCE\" --hold");
        const string complete = """
            COMP_LINE=$line COMP_POINT=${#line}; read -ra COMP_WORDS <<< "$line"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _gitproc_function; printf '%s\n' "${COMPREPLY[@]}"
            """;
        Assert.Equal(
            ["--new-branch", "checkout-1"],
            Run("bash", $"line='gpa --new-b'; {complete}; line='gpr che'; {complete}").Output.Split('\n'));
    }

    [ProgramFact("fish")]
    public void Fish_completes_them()
    {
        Run("fish", "gitproc acquire \"$SOURCE\" --hold");
        var output = Run("fish", "complete -C 'gpa --new-b'; complete -C 'gpr che'").Output;
        Assert.Equal(["--new-branch", "checkout-1"], output.Split('\n').Select(line => line.Split('\t')[0]));
    }

    [ProgramFact("pwsh")]
    public void Pwsh_completes_them()
    {
        Run("pwsh", "gitproc acquire $env:SOURCE --hold");
        const string script =
            "foreach ($line in 'gpa --new-b', 'gpr che') { (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText }";
        Assert.Equal(["--new-branch", "checkout-1"], Run("pwsh", script).Output.Split('\n'));
    }

    [TerminalFact]
    public void Zsh_completes_them_at_a_terminal()
    {
        Assert.SkipUnless(IsThere("zsh"), "zsh is not installed.");
        var typed = Lines["zsh"].Init.TrimEnd() + "; PS1='; '; echo rea\"\"dy\n";
        var result = PseudoTerminal.RunCommand(
            _pool,
            [
                PseudoTerminal.Send(typed), PseudoTerminal.WaitFor("ready"),
                PseudoTerminal.Send("gpa --no-f\t"), PseudoTerminal.WaitFor("--no-fetch"),
                PseudoTerminal.Send($" {_pool.Source}; echo at=\"${{PWD##*/}}\"\n"),
                PseudoTerminal.WaitFor("at=checkout-1"),
                PseudoTerminal.Send("gpr --disc\t"), PseudoTerminal.WaitFor("--discard"),
                PseudoTerminal.Send("; echo \"end $?\"; exit\n"), PseudoTerminal.WaitFor("end 0"),
            ],
            [("PATH", GitprocProgram.Folder + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH"))],
            "zsh", "-f", "-i");
        Assert.Equal(0, result.ExitCode);
    }

    private static bool IsThere(string shell) => Gitproc.Processes.ProgramPath.Find(shell) is not null;

    private static string Code(string shell) => shell switch
    {
        "pwsh" => "$LASTEXITCODE",
        "fish" => "echo $status",
        _ => "echo $?",
    };

    private string List() => new GitprocProgram(_poolPath, _pool.Home).Run(_pool.Home, "list").Output;

    private GitprocProgram.Result Run(string shell, string script, string? before = null)
    {
        var (arguments, init) = Lines[shell];
        var start = new ProcessStartInfo(shell == "bash" ? UnixTools.Bash : shell, [.. arguments, init + script])
        {
            WorkingDirectory = _pool.Home,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        GitprocProgram.Isolate(start, _poolPath, _pool.Home);
        start.Environment["SOURCE"] = _pool.Source;
        start.Environment["PATH"] = string.Join(
            Path.PathSeparator, ((string?[])[before, GitprocProgram.Folder, start.Environment["PATH"]]).OfType<string>());
        return GitprocProgram.Finish(Process.Start(start)!);
    }
}
