using System.Diagnostics;
using System.Text.RegularExpressions;
using Gitproc.Processes;
using Gitproc.Unit.Ci;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Documentation;

/// <summary>
/// The shell commands of README.md and docs work, each block in a shell of its own, on a repository that stands for
/// https://github.com/owner/repo, in a home where somebody's work was rescued before. What a reader has and we have
/// not, an agent for instance, is a small script. A block that is not to be run has &lt;!-- not run: why --> right
/// before it, one that needs a program &lt;!-- run if there is: name -->. tests/Pester/Documentation.Tests.ps1 does the
/// same for PowerShell.
/// </summary>
public sealed class ShellBlockTests(ShellBlockTests.Ground ground) : IClassFixture<ShellBlockTests.Ground>
{
    private static readonly string[] Notices =
    [
        " is rescued; ",
        " is free",
        ": waiting for ",
        ": still waiting: ",
        " is taken over: ",
        " is as new",
        " is removed",
        " is of ",
        " is at ",
        ": nothing is unused",
        " and you cannot push to it: ",
        " proposes setup ",
        ": this is approved, ",
        ": nothing that ",
    ];

    private readonly TemporaryFolder _folder = ground.Folder;

    public static TheoryData<string, int> Blocks()
    {
        var blocks = new TheoryData<string, int>();
        foreach (var block in CodeBlock
                .All()
                .Where(block =>
                    block.Language == "sh"
                    && !block.Remark.StartsWith("not run: ", StringComparison.Ordinal)
                    && HasProgram(block)))
            blocks.Add(block.File, block.Line);
        return blocks;
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Block_works(string file, int line)
    {
        var block = CodeBlock.All().Single(block => block.File == file && block.Line == line);
        ground.PutBack();
        var script = _folder["block.sh"];
        File.WriteAllText(script, block.Code);
        Run("-eo", "pipefail", script);
    }

    [Theory]
    [InlineData("docs/help/cli/rescue-restore.md")]
    [InlineData("docs/help/cli/rescue-remove.md")]
    public void Example_takes_the_newest_rescue_of_several(string file)
    {
        ground.PutBack();
        var id = CodeBlock
            .All()
            .First(block => block.File == file)
            .Code.Split('\n')
            .Single(line => line.StartsWith("id=", StringComparison.Ordinal));
        File.WriteAllText(
            _folder["block.sh"],
            $$"""
            cd "$(gitproc acquire)"; echo newer > newer; said="$(gitproc release 2>&1)"; cd
            test "$(gitproc rescue list | wc -l)" = 3
            {{id}}
            short="${id##*-}"
            echo "$said" | grep "rescue restore ${short:0:7}\$"
            """);
        Run("-eo", "pipefail", _folder["block.sh"]);
    }

    [Fact]
    public void Native_archive_is_installed_into_a_home_that_has_nothing_yet()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The archive of Windows is installed in another way.");
        var install = CodeBlock
            .All()
            .Single(block =>
                block.File == "docs/install.md" && block.Code.Contains("tar -xzf", StringComparison.Ordinal))
            .Code;
        _folder.Dispose();
        Directory.CreateDirectory(_folder["home"]);
        File.WriteAllText(_folder["block.sh"], $$"""
            mkdir -p out/packages/gitproc-1.0.0-x && cd out/packages
            printf '#!/bin/sh\necho works\n' > gitproc-1.0.0-x/gitproc && chmod +x gitproc-1.0.0-x/gitproc
            share=gitproc-1.0.0-x/share
            '{{GitprocProgram.File}}' help --man-pages $share/man/man1
            mkdir -p $share/zsh/site-functions $share/fish/vendor_completions.d
            '{{GitprocProgram.File}}' completion zsh > $share/zsh/site-functions/_gitproc
            '{{GitprocProgram.File}}' completion fish > $share/fish/vendor_completions.d/gitproc.fish
            tar -czf gitproc-1.0.0-x.tar.gz gitproc-1.0.0-x && rm -r gitproc-1.0.0-x
            sha256sum * > SHA256SUMS && cd ../..
            {{install}}
            test "$(~/.local/bin/gitproc)" = works

            # What the table below the block says.
            export PATH=~/.local/bin:$PATH
            unset MANPATH XDG_DATA_HOME
            test -s ~/.local/share/man/man1/gitproc-acquire.1
            if [[ $(man --version 2>&1) == man\ [0-9]* ]]; then
                test "$(man -w gitproc-acquire)" = ~/.local/share/man/man1/gitproc-acquire.1
            fi
            if command -v zsh; then
                zsh -f -c 'fpath=(~/.local/share/zsh/site-functions $fpath)
                    autoload -Uz compinit; compinit -D -u; [[ $_comps[gitproc] == _gitproc ]]'
            fi
            if command -v fish; then
                test "$(fish -c 'complete -C "gitproc "')" = works
            fi
            """);
        Run("-eo", "pipefail", _folder["block.sh"]);
    }

    // bash takes cd "" for no error, so the rest would run where it is.
    [Fact]
    public void Nothing_goes_to_what_a_failed_command_printed() =>
        Assert.DoesNotContain(CodeBlock.All(), block => Regex.IsMatch(block.Code, @"cd ""?\$\(gitproc"));

    // In zsh, the array path is the PATH.
    [Fact]
    public void Nothing_is_assigned_that_is_the_path_of_programs_in_zsh() =>
        Assert.DoesNotContain(CodeBlock.All(), block => Regex.IsMatch(block.Code, @"(^|[\s;])path="));

    [Fact]
    public void Every_remark_before_a_block_is_understood()
    {
        foreach (var block in CodeBlock.All().Where(block => block.Remark.Length > 0))
            Assert.True(
                block.Remark.StartsWith("not run: ", StringComparison.Ordinal)
                    || block.Remark.StartsWith("run if there is: ", StringComparison.Ordinal),
                $"{block.File}:{block.Line}: {block.Remark}");
        Assert.True(Blocks().Count > 5);
    }

    private static bool HasProgram(CodeBlock block)
    {
        const string condition = "run if there is: ";
        return !block.Remark.StartsWith(condition, StringComparison.Ordinal)
            || ProgramPath.Find(block.Remark[condition.Length..]) is not null;
    }

    private void Run(params string[] arguments) => Run(_folder, arguments);

    private static void Run(TemporaryFolder folder, params string[] arguments)
    {
        var here = folder["repo"];
        var start = new ProcessStartInfo(UnixTools.Bash, ["--noprofile", "--norc", .. arguments])
        {
            WorkingDirectory = Directory.Exists(here) ? here : folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        GitprocProgram.Isolate(start, folder["home/.gitproc_pool"], folder["home"]);
        start.Environment["PATH"] = string.Join(
            Path.PathSeparator,
            folder["bin"], GitprocProgram.Folder, Environment.GetEnvironmentVariable("PATH"));
        var result = GitprocProgram.Finish(Process.Start(start)!);
        Assert.True(result.ExitCode == 0, $"{result.Output}\n{result.Error}");
        // An error in a $( ) does not end a script.
        var errors = result
            .Error.Split('\n')
            .Where(line =>
                line.StartsWith("gitproc: ", StringComparison.Ordinal)
                && !Notices.Any(notice => line.Contains(notice, StringComparison.Ordinal)));
        Assert.Empty(errors);
    }

    /// <summary>
    /// What the blocks are run on: made once, put back for each. Its pool has absolute paths, so it stays where it is.
    /// </summary>
    public sealed class Ground : IDisposable
    {
        private readonly TemporaryFolder _kept = new();

        public Ground()
        {
            Run(
                Folder,
                Path.Combine(CiFile.Root, "tests/Pester/New-DocumentationGround.sh"),
                Folder.Path,
                GitprocProgram.Folder);
            TemporaryFolder.Copy(Folder.Path, _kept["ground"]);
        }

        public TemporaryFolder Folder { get; } = new();

        public void PutBack()
        {
            // A release of the block before may still clean in the background, and writes what is removed here.
            SpinWait.SpinUntil(() => CheckoutProcesses.Of(Folder.Path).Count == 0, TimeSpan.FromMinutes(1));
            Folder.Dispose();
            TemporaryFolder.Copy(_kept["ground"], Folder.Path);
        }

        public void Dispose()
        {
            Folder.Dispose();
            _kept.Dispose();
        }
    }
}
