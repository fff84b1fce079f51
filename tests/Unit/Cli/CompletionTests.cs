using System.Diagnostics;
using Gitproc.Pools;
using Gitproc.Processes;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Cli;

public sealed class CompletionTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void Answers()
    {
        Fill();
        (string Line, string Expected)[] lines =
        [
            ("acq", "acquire"),
            ("doc", "doctor"),
            ("acquire --new", "--new-branch"),
            ("acquire --clean f", "full"),
            ("acquire --clean=f", "--clean=full"),
            ("acquire --kind ", "clone worktree standalone"),
            ("acquire --kind=w", "--kind=worktree"),
            ("run --kind c", "clone"),
            ("warm --kind w", "worktree"),
            ("--pool nowhere acq", "acquire"),
            ("rescue re", "restore remove"),
            ("rescue remove --ver", "--verbose"),
            ("link rep", "repair"),
            ("help acq", "acquire"),
            ("completion ", "bash zsh fish pwsh"),
            ("release ", "checkout-1 checkout-2"),
            ("release -v che", "checkout-1 checkout-2"),
            ("remove checkout-1 checkout-2", "checkout-2"),
            ("acquire --name checkout-2", "checkout-2"),
            ("acquire --wait sou", "source"),
            ("acquire --wait 3", "30s 30m 30d"),
            ("run --wait=3", "--wait=30s --wait=30m --wait=30d"),
            ("acquire --wait 5m sou", "source"),
            ("renew --expires-after ", "30s 5m 30m 1h 2h 8h 1d 7d 14d 30d"),
            ("renew --expires-after 1", "1h 1d 14d"),
            ("acquire --expires-after=8", "--expires-after=8h"),
            ("prune --unused-for 2", "2h"),
            ("history --since 7", "7d"),
            ("list --wait ", ""),
            ("list --repo sou", "source"),
            ("link /elsewhere/new --base sou", "source"),
            ("acquire --label n", "nightly build"),
            ("acquire source --ref ", "feature/a main other v1"),
            ("acquire --ref=f source", "source"),
            ("acquire source --ref=f", "--ref=feature/a"),
            ("link x fe --base source", "source"),
            ("link --base source x fe", "feature/a"),
            ("run source -- acq", ""),
            ("release -- --", ""),
            ("release checkout-1 ", ""),
            ("release --pool /elsewhere che", ""),
            ("nonsense ", ""),
            ("acquire --ref", "--ref"),
        ];
        Assert.Equal(
            lines, lines.Select(line => (line.Line, string.Join(' ', Complete(_pool.Home, line.Line.Split(' '))))));
    }

    [Fact]
    public void Knows_leases_rescues_links_and_remotes()
    {
        var checkout = _pool.Acquire();
        Assert.Equal([checkout.LeaseId!], Complete(_pool.Home, "release", "--lease-id", ""));

        File.WriteAllText(Path.Combine(checkout.Path, "new.txt"), "work");
        _pool.Release(checkout);
        var rescue = Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home));
        Assert.Equal(rescue.LeaseId![..7], rescue.ShortId);
        Assert.Equal([rescue.ShortId], Complete(_pool.Home, "rescue", "restore", ""));
        TestGit.Run(
            Assert.Single(
                Directory.GetDirectories(Path.Combine(_pool.Pool.Path, "base"), "*.git", SearchOption.AllDirectories)),
            "pack-refs",
            "--all");
        Assert.Equal([rescue.Id], Complete(_pool.Home, "rescue", "restore", "checkout-1/"));
        Assert.Equal([rescue.ShortId], Complete(_pool.Home, "rescue", "restore", rescue.ShortId[..2]));

        _pool.Pool.Links.Create(new LinkRequest { Path = "todo", NewBranch = true, WorkingDirectory = _pool.Source });
        Assert.Equal(["todo"], Complete(_pool.Source, "link", "remove", ""));
        Assert.Contains("todo", Complete(Path.Combine(_pool.Source, "todo"), "checkout", ""));

        TestGit.Run(_pool.Source, "remote", "add", "origin", "https://user:s3cret@example.com/owner/app.git");
        Assert.Equal(["https://example.com/owner/app.git"], Complete(_pool.Source, "acquire", "https"));
        Assert.Equal(["feature/a"], Complete(CloneWithBranch(), "acquire", "--ref", "fea"));
    }

    [Fact]
    public void Knows_the_refs_of_a_repository_that_the_pool_has_not_met()
    {
        TestGit.Run(_pool.Source, "branch", "feature/a");
        TestGit.Run(_pool.Home, "clone", "--quiet", "--origin", "upstream", _pool.Source, "clone");
        var clone = Path.Combine(_pool.Home, "clone");
        TestGit.Run(clone, "branch", "mine");
        Assert.Equal(["feature/a", "main", "other", "v1"], Complete(clone, "acquire", "--ref", ""));
        Assert.Equal(["main"], Complete(clone, "run", "--ref", "ma"));
        Assert.Equal(["feature/a", "main", "other", "v1"], Complete(_pool.Home, "acquire", _pool.Source, "--ref", ""));
        Assert.Equal(["mine"], Complete(_pool.Home, "acquire", "./clone", "--ref", "mi"));
        Assert.Empty(Complete(_pool.Home, "acquire", "clone", "--ref", ""));
        Assert.Empty(Complete(_pool.Home, "acquire", "https://example.com/owner/app", "--ref", ""));
        Assert.False(Directory.Exists(_pool.Pool.Path));
        // And with a pool that has others.
        _pool.Acquire(TestGit.MakeRepository(_pool["else"]));
        Assert.Equal(["feature/a"], Complete(clone, "acquire", "--ref", "f"));
        Assert.Equal(["feature/a"], Complete(_pool.Home, "acquire", _pool.Source, "--ref", "f"));
    }

    [Fact]
    public void Knows_processes_and_their_names()
    {
        using var called = _pool.Program.Start(_pool.Home, [], ["complete", "--", "acquire", "--owner-pid", ""]);
        var id = called.Id;
        var output = GitprocProgram.Finish(called).Output;
        var rows = output.Split('\n').Select(row => row.TrimEnd('\r').Split('\t')).ToList();
        using var here = Process.GetCurrentProcess();
        // This process called it, so it and its ancestors come first.
        var name = ProcessTable.Find(here.Id)!.Name;
        Assert.Equal([$"{here.Id}", name], rows[0]);
        var ancestors = ProcessTable.Ancestry(here.Id).Select(entry => $"{entry.Identity.Id}").ToList();
        Assert.Equal(ancestors, rows.Take(ancestors.Count).Select(row => row[0]));
        Assert.Equal(rows.Count, rows.DistinctBy(row => row[0]).Count());
        Assert.DoesNotContain($"{id}", rows.Select(row => row[0]));
        Assert.Contains($"{here.Id}", Complete(_pool.Home, "renew", "--owner-pid", $"{here.Id}"));

        using var other = Process.Start("sleep", ["600"]);
        Eventually.True(() => ProcessTable.Find(other.Id)?.Name == "sleep");
        Assert.Contains($"{other.Id}", Complete(_pool.Home, "acquire", "--owner-pid", ""));
        other.Kill();
        other.WaitForExit();
    }

    [Fact]
    public void Makes_nothing_and_never_fails()
    {
        foreach (var line in new[]
            {
                "release ",
                "acquire ",
                "acquire --ref ",
                "release --lease-id ",
                "rescue restore ",
                "link remove ",
                "checkout ",
                "--pool",
                "acquire --nonsense x ",
                "",
            })
        {
            var result = _pool.Program.Run(_pool.Home, ["complete", "--", .. line.Split(' ')]);
            Assert.Equal((0, ""), (result.ExitCode, result.Error));
        }

        Assert.False(Directory.Exists(_pool.Pool.Path));
        Directory.CreateDirectory(_pool.Pool.Path);
        File.WriteAllText(
            Path.Combine(_pool.Pool.Path, "gitproc.db"),
            "garbage that is no database, and long enough to be looked at as if it were one");
        Assert.Equal(
            (0, "", ""),
            _pool.Program.Run(_pool.Home, "complete", "--", "release", "") is var damaged
                ? (damaged.ExitCode, damaged.Output, damaged.Error)
                : default);
        Assert.Equal(["gitproc.db"], Directory.GetFileSystemEntries(_pool.Pool.Path).Select(Path.GetFileName));
        Assert.Equal(0, _pool.Program.Run(_pool.Home, "complete", "--").ExitCode);
    }

    [Fact]
    public void Starts_no_process()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoScripts);
        Fill();
        var git = Directory.CreateDirectory(_pool["bin"]).FullName;
        TestGit.WriteScript(Path.Combine(git, "git"), $"touch '{_pool["started"]}'");
        foreach (var words in new[]
            {
                new[] { "acquire", "--ref", "" },
                ["acquire", "source", "--ref", ""],
                ["acquire", ""],
                ["rescue", "restore", ""],
                ["link", "remove", ""],
                ["renew", "--owner-pid", ""],
            })
            GitprocProgram.Finish(_pool.Program.Start(_pool.Source, [("PATH", git)], ["complete", "--", .. words]));
        Assert.False(File.Exists(_pool["started"]));
    }

    [Fact]
    public void Has_scripts_for_known_shells_only()
    {
        var result = _pool.Program.Run(_pool.Home, "completion", "csh");
        Assert.Equal(
            (2, "", "gitproc: there is no completion for 'csh', only for bash, zsh, fish, pwsh."),
            (result.ExitCode, result.Output, result.Error));
    }

    [ProgramFact("bash")]
    public void Completes_in_bash()
    {
        Fill();
        var odd = TestGit.MakeRepository(_pool["it's odd"]);
        _pool.Acquire(odd);
        TestGit.Run(_pool.Source, "remote", "add", "origin", "https://example.com:8443/owner/app.git");
        Assert.Equal(["acquire"], Bash("gitproc acq", "gitproc", "acq"));
        Assert.Equal(["checkout-1", "checkout-2", "checkout-3"], Bash("gitproc  release ", "gitproc", "release", ""));
        Assert.Equal(["checkout-2"], Bash("gitproc release checkout-2", "gitproc", "release", "checkout-2"));
        Assert.Equal(
            ["checkout-1", "checkout-2", "checkout-3"],
            Bash("gitproc release 'che", "gitproc", "release", "'che"));
        Assert.Equal([@"it\'s\ odd"], Bash("gitproc acquire it", "gitproc", "acquire", "it"));
        Assert.Equal([@"it\'s\ odd"], Bash(@"gitproc acquire it\'s\ o", "gitproc", "acquire", @"it\'s\ o"));
        Assert.Equal(["it's odd"], Bash("gitproc acquire \"it's", "gitproc", "acquire", "\"it's"));
        Assert.Equal([@"nightly\ build"], Bash("gitproc acquire --label n", "gitproc", "acquire", "--label", "n"));
        // bash has these for words of their own.
        Assert.Equal(
            ["feature/a"],
            Bash("gitproc acquire source --ref=f", "gitproc", "acquire", "source", "--ref", "=", "f"));
        Assert.Equal(
            ["8443/owner/app.git"],
            Bash("gitproc acquire https://example.com:8", "gitproc", "acquire", "https", ":", "//example.com", ":", "8")
        );
        // Only what is before the cursor counts.
        Assert.Equal(["acquire"], Bash("gitproc acq", "gitproc", "acqXX"));
        Assert.Equal([], Bash("gitproc run source -- ls ", "gitproc", "run", "source", "--", "ls", ""));
        Assert.Contains("gitproc", Bash("gitproc run source -- gitpr", "gitproc", "run", "source", "--", "gitpr"));
        Assert.Equal(
            ["checkout-1", "checkout-2", "checkout-3"],
            Bash("gitproc release -- ", "gitproc", "release", "--", ""));
    }

    [ProgramFact("bash")]
    public void Suggests_the_shell_as_owner_in_bash()
    {
        const string script =
            """
            eval "$(gitproc completion bash)"
            COMP_LINE='gitproc acquire --owner-pid ' COMP_POINT=28
            COMP_WORDS=(gitproc acquire --owner-pid '') COMP_CWORD=3
            _gitproc
            { cat /proc/$$/winpid 2> /dev/null || echo $$; }
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        var lines = RunShell("bash", "--norc", "--noprofile", "-c", script);
        Assert.Equal([lines[0], $"{Environment.ProcessId}"], lines[1..3]);
        Assert.Equal(lines[1..], lines[1..].Distinct());
    }

    [ProgramFact("bash")]
    public void What_bash_completion_knows_of_a_command_to_run_is_used()
    {
        foreach (var name in new[] { "_comp_command_offset", "_command_offset" })
        {
            var script = $$"""
                eval "$(gitproc completion bash)"
                {{name}}() { COMPREPLY=("from word $1"); }
                COMP_LINE='gitproc run -- ls ' COMP_POINT=18 COMP_WORDS=(gitproc run -- ls '') COMP_CWORD=4
                _gitproc
                printf '%s\n' "${COMPREPLY[@]}"
                """;
            Assert.Equal(["from word 3"], RunShell("bash", "--norc", "--noprofile", "-c", script));
        }
    }

    [ProgramFact("zsh")]
    public void Completes_in_zsh()
    {
        Fill();
        // As typed on a terminal: what Tab makes of it is run.
        RunInZsh(
            """
            zpty -w -n shell $'gitproc repositor\t --js\t > one\n'
            zpty -w -n shell $'gitproc release checkout-2\t > two 2>&1\n'
            zpty -w -n shell $'gitproc run source -- gitpr\t rel\t checkout-2 > run 2>&1\n'
            zpty -w -n shell $'gitproc acquire --label nig\t --no-cr\t sou\t > three; : > end\n'
            """);
        Assert.Contains(_pool.Key, File.ReadAllText(Path.Combine(_pool.Home, "one")), StringComparison.Ordinal);
        Assert.Equal("nightly build", _pool.Find("checkout-2").Label);
        // By then the name and the word of the command to run were complete.
        Assert.Contains(
            "checkout-2 is free", File.ReadAllText(Path.Combine(_pool.Home, "run")), StringComparison.Ordinal);
    }

    [ProgramFact("zsh")]
    public void Shows_rows_that_fit_in_zsh_in_the_order_of_numbers()
    {
        for (var i = 0; i < 10; i++)
            _pool.Acquire(_pool.Request() with { Terms = new() { Owner = PoolFixture.Self } });
        _pool.Execute($"UPDATE checkout SET branch = '{new string('b', 90)}' WHERE id = 10");
        // What the function hands over is seen where zsh would show it.
        RunInZsh(
            """
            zpty -w shell 'compadd() { [[ $2 == -V ]] && print -rl -- "${(@)shown}" > rows && : > end; builtin compadd "$@" }'
            zpty -w -n shell $'gitproc release \t'
            """,
            columns: 60);
        var rows = File.ReadAllLines(Path.Combine(_pool.Home, "rows"));
        Assert.Equal(Enumerable.Range(1, 10).Select(i => $"checkout-{i}"), rows.Select(row => row.Split(' ')[0]));
        Assert.All(rows, row => Assert.Equal(13, row.IndexOf("-- Locked", StringComparison.Ordinal)));
        Assert.All(rows, row => Assert.InRange(row.Length, 1, 59));
        Assert.EndsWith("…", rows[9], StringComparison.Ordinal);
    }

    [ProgramFact("zsh")]
    public void Suggests_the_shell_as_owner_in_zsh()
    {
        RunInZsh(
            """
            zpty -w shell 'print $$ > shell'
            zpty -w shell 'compadd() { [[ $2 == -V ]] && print -rl -- "${(@)shown}" > rows && : > end; builtin compadd "$@" }'
            zpty -w -n shell $'gitproc acquire --owner-pid \t'
            """);
        var shell = File.ReadAllText(Path.Combine(_pool.Home, "shell")).Trim();
        Assert.Matches($"^{shell} +-- zsh$", File.ReadAllLines(Path.Combine(_pool.Home, "rows"))[0]);
    }

    [ProgramFact("fish")]
    public void Completes_in_fish()
    {
        Fill();
        Assert.Equal(["acquire"], Fish("gitproc acq"));
        Assert.Equal(["checkout-1", "checkout-2"], Fish("gitproc release "));
        Assert.Equal(["checkout-2"], Fish("gitproc release checkout-2"));
        Assert.Equal(["nightly build"], Fish("gitproc acquire --label n"));
        Assert.Equal(["--ref=feature/a"], Fish("gitproc acquire source --ref=f"));
        File.WriteAllText(Path.Combine(_pool.Home, "note.txt"), "");
        Assert.Contains("note.txt", Fish("gitproc run source -- cat no"));
        Assert.Contains("gitproc", Fish("gitproc run source -- gitpr"));
        Assert.Equal(["release"], Fish("gitproc run source -- gitproc rel"));
        Assert.DoesNotContain("note.txt", Fish("gitproc release "));
        Assert.Equal($"{Environment.ProcessId}", Fish("gitproc acquire --owner-pid ")[1]);
        Assert.Equal(["5m"], Fish("gitproc renew --expires-after 5"));
    }

    [ProgramFact("pwsh")]
    public void Completes_in_pwsh()
    {
        Fill();
        TestGit.Run(_pool.Source, "branch", "quo'te");
        _pool.Acquire(_pool.Request() with { Fetch = FetchPolicy.Always });
        const string script =
            """
            gitproc completion pwsh | Out-String | Invoke-Expression
            foreach ($line in $args) { (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText -join ' ' }
            """;
        string[] lines =
        [
            "gitproc acq",
            "gitproc ac",
            "gitproc release ",
            "gitproc release checkout-2",
            "gitproc release 'checkout-2",
            "gitproc acquire --new-b",
            "gitproc acquire --label n",
            "gitproc acquire --expires-after 1",
            "gitproc acquire source --ref q",
            "1; gitproc acquire source --ref=f",
            "1; gitproc run source -- gitproc rel",
            "gitproc run source -- Get-FormatD",
        ];
        var file = _pool["complete.ps1"];
        File.WriteAllText(file, script);
        Assert.Equal(
            [
                "acquire", "acquire", "checkout-1 checkout-2", "checkout-2", "'checkout-2'", "--new-branch",
                "'nightly build'", "1h 1d 14d", "'quo''te'", "--ref=feature/a",
                "release", "Get-FormatData",
            ],
            RunShell("pwsh", ["-NoProfile", "-NonInteractive", "-File", file, .. lines]));
    }

    private void Fill()
    {
        TestGit.Run(_pool.Source, "branch", "feature/a");
        _pool.Acquire(_pool.Request() with { Terms = new() { Owner = PoolFixture.Self, Label = "nightly build" } });
        _pool.Release(_pool.Acquire());
    }

    private string CloneWithBranch()
    {
        TestGit.Run(_pool.Source, "branch", "feature/a");
        TestGit.Run(_pool.Home, "clone", "--quiet", _pool.Source, "clone");
        _pool.Acquire(_pool.Request() with { Fetch = FetchPolicy.Always });
        return Path.Combine(_pool.Home, "clone");
    }

    private string[] Complete(string directory, params string[] words)
    {
        var result = _pool.Program.Run(directory, ["complete", "--", .. words]);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        return Texts(result.Output);
    }

    private string[] Bash(string line, params string[] words) => RunShell(
        "bash",
        [
            "--norc", "--noprofile", "-c",
            """
            eval "$(gitproc completion bash)"
            COMP_LINE=$1 COMP_POINT=${#1}; shift
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
            _gitproc
            ((${#COMPREPLY[@]})) && printf '%s\n' "${COMPREPLY[@]}"
            """,
            "bash", line, .. words,
        ]);

    private string[] Fish(string line) =>
        RunShell("fish", "--no-config", "-c", "gitproc completion fish | source; complete -C $argv[1]", line);

    // On a terminal of its own; it ends when there is a file "end".
    private void RunInZsh(string typed, int columns = 80) =>
        RunShell(
            "zsh",
            "-f",
            "-c",
            $$"""
            zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell 'PS1=; stty columns {{columns}}; autoload -U compinit; compinit -u -D; eval "$(gitproc completion zsh)"; echo rea""dy'
            zpty -r shell answer '*ready*'
            {{typed}}
            for ((i = 0; i < 600; i++)); do
                [[ -e end ]] && exit
                sleep 0.1
            done
            """
        );

    private string[] RunShell(string shell, params string[] arguments)
    {
        var start = new ProcessStartInfo(shell == "bash" ? UnixTools.Bash : shell, arguments)
        {
            WorkingDirectory = _pool.Home,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Windows has another default.
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        };
        GitprocProgram.Isolate(start, _pool.Pool.Path, _pool.Home);
        start.Environment["PATH"] = GitprocProgram.Folder + Path.PathSeparator + start.Environment["PATH"];
        // Where the remote of the repository one stands in counts.
        if (shell == "bash")
            start.WorkingDirectory = _pool.Source;
        var result = GitprocProgram.Finish(Process.Start(start)!);
        Assert.Equal("", result.Error);
        return Texts(result.Output);
    }

    private static string[] Texts(string output) =>
        output.Length == 0 ? [] : [.. output.Split('\n').Select(line => line.TrimEnd('\r').Split('\t')[0])];
}
