using System.Diagnostics;
using System.Text.Json;
using Gitproc.Pools;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Cli;

public sealed class CommandLineTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void Acquire_prints_the_path_alone()
    {
        var result = Run("acquire", _pool.Source);
        Assert.Equal(
            (0, Path.Combine(_pool.Pool.Path, "checkout-1"), ""), (result.ExitCode, result.Output, result.Error));
    }

    [Theory]
    [InlineData("list")]
    [InlineData("ls")]
    public void List_shows_state_repository_branch_and_owner(string command)
    {
        Run("a", _pool.Source);
        var lines = Run(command).Output.Split('\n');
        Assert.Equal(["NAME", "STATE", "REPOSITORY", "BRANCH", "OWNER", "SINCE"], Words(lines[0]));
        Assert.Equal(["checkout-1", "Locked", _pool.Key, "main", $"{Environment.ProcessId}"], Words(lines[1])[..5]);
    }

    [Fact]
    public void List_has_all_in_json()
    {
        Run("a", _pool.Source);
        using var json = JsonDocument.Parse(Run("list", "--json").Output);
        var checkout = Assert.Single(json.RootElement.EnumerateArray());
        string[] names =
        [
            "name",
            "path",
            "repository",
            "url",
            "state",
            "locked",
            "branch",
            "commit",
            "leaseId",
            "ownerProcessId",
            "ownerProcessName",
            "ownerProgram",
            "ownerRuns",
            "user",
            "machine",
            "label",
            "job",
            "environment",
            "isResumed",
            "acquiredAt",
            "expiresAt",
            "lastUsedAt",
            "createdAt",
            "kind",
            "reason",
            "isDirty",
            "ahead",
            "behind",
        ];
        Assert.Equal(names, checkout.EnumerateObject().Select(property => property.Name));
        Assert.Equal("locked", checkout.GetProperty("state").GetString());
        Assert.Equal(Environment.ProcessId, checkout.GetProperty("ownerProcessId").GetInt32());
        Assert.Equal(TimeSpan.Zero, checkout.GetProperty("acquiredAt").GetDateTimeOffset().Offset);
        Assert.Equal("[]", Run("list", "--json", "--pool", _pool["none"]).Output);
        Assert.False(Directory.Exists(_pool["none"]));
    }

    [Fact]
    public void List_takes_a_repository()
    {
        var other = TestGit.MakeRepository(_pool["other"]);
        Run("a", _pool.Source);
        Run("a", other);
        Assert.Contains("checkout-2", Run("list", "--repo", "other").Output, StringComparison.Ordinal);
        Assert.DoesNotContain("checkout-1", Run("list", "--repo", other).Output, StringComparison.Ordinal);
        Assert.Equal(1, Run("list", "--repo", "nobody").ExitCode);
    }

    [Theory]
    [InlineData("filter")]
    [InlineData("-F")]
    [InlineData("grep")]
    public void Filter_matches_names(string command)
    {
        for (var i = 0; i < 3; i++)
            Run("a", _pool.Source);
        var found = Run(command, "OUT-[13]$").Output;
        Assert.Contains("checkout-1", found, StringComparison.Ordinal);
        Assert.DoesNotContain("checkout-2", found, StringComparison.Ordinal);
        Assert.Equal("", Run(command, "source").Output);
        Assert.Equal(1, Run(command, "(").ExitCode);
    }

    [Fact]
    public void Release_takes_a_name_a_path_or_where_one_stands()
    {
        var path = Run("a", _pool.Source).Output;
        Assert.Equal(0, Run("release", "checkout-1").ExitCode);
        Run("a", _pool.Source);
        Assert.Equal(0, Run("r", path).ExitCode);
        Run("a", _pool.Source);
        Assert.Equal(0, _pool.Program.Run(Path.Combine(path, ".git"), "r").ExitCode);
        Assert.Equal(CheckoutState.Free, _pool.Find("checkout-1").State);
    }

    [Theory]
    [InlineData("release", "chekcout-1", "Did you mean checkout-1?")]
    [InlineData("release", "nonsense", "has no checkout 'nonsense'. See")]
    [InlineData("reset", "nonsense", "has no checkout 'nonsense'")]
    [InlineData("remove", "nonsense", "has no checkout 'nonsense'")]
    [InlineData("renew", "nonsense", "has no checkout 'nonsense'")]
    public void In_a_checkout_a_wrong_name_does_not_mean_that_checkout(string command, string name, string message)
    {
        var path = Run("a", _pool.Source, "--hold").Output;
        File.WriteAllText(Path.Combine(path, "work"), "");
        var result = _pool.Program.Run(path, command, name);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.True(_pool.Find("checkout-1").Locked);
        Assert.True(File.Exists(Path.Combine(path, "work")));
    }

    [Theory]
    [InlineData("checkout-1", "not locked")]
    [InlineData("checkout-9", "no checkout-9")]
    [InlineData("nonsense", "no checkout 'nonsense'")]
    [InlineData(null, "in no checkout")]
    public void Release_says_what_is_wrong(string? checkout, string message)
    {
        Run("a", _pool.Source);
        Run("r", "checkout-1");
        var result = checkout is null ? Run("release") : Run("release", checkout);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Release_needs_force_for_another_process_tree()
    {
        using var other = Process.Start(new ProcessStartInfo("sleep", ["600"]))!;
        try
        {
            Run("a", _pool.Source, "--owner-pid", $"{other.Id}");
            var refused = Run("r", "checkout-1");
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains($"process {other.Id} (sleep)", refused.Error, StringComparison.Ordinal);
            Assert.True(_pool.Find("checkout-1").Locked);
            Assert.EndsWith(
                "To change it anyway, repeat the command with --force.",
                Run("renew", "checkout-1", "--label", "x").Error,
                StringComparison.Ordinal);
            // The message ends with a command that works as it is.
            const string lead = "To release it anyway: gitproc ";
            Assert.Contains(lead, refused.Error, StringComparison.Ordinal);
            Assert.Equal(0, Run(refused.Error.Split(lead)[1].Split(' ')).ExitCode);
            Assert.False(_pool.Find("checkout-1").Locked);
        }
        finally
        {
            other.Kill();
        }
    }

    [Theory]
    [InlineData(2, "nonsense")]
    [InlineData(2, "acquire", "one", "two")]
    [InlineData(2, "acquire", "--max-checkouts", "many")]
    [InlineData(2, "list", "--nonsense")]
    [InlineData(2, "filter")]
    [InlineData(2, "run", "repo")]
    [InlineData(2, "run", "repo", "--")]
    [InlineData(2, "help", "nonsense")]
    [InlineData(2)]
    [InlineData(1, "acquire", "nobody-knows")]
    [InlineData(1, "acquire", "/no/such/repository")]
    [InlineData(1, "acquire", "--max-checkouts", "0", "x")]
    [InlineData(1, "acquire", "--owner-pid", "999999999", "x")]
    [InlineData(0, "help")]
    [InlineData(0, "--help")]
    [InlineData(0, "-h")]
    [InlineData(0, "-H")]
    [InlineData(0, "help", "acquire")]
    [InlineData(0, "--version")]
    public void Exits_with(int code, params string[] arguments)
    {
        var result = Run(arguments);
        Assert.True(code == result.ExitCode, $"{result.ExitCode}: {result.Output}{result.Error}");
        Assert.Equal(code == 0, result.Output.Length > 0);
        Assert.Equal(code != 0, result.Error.Length > 0);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_a_process_chose_does_nothing_to_the_terminal()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux takes the name of a process from its file.");
        var file = _pool["a\eb"];
        TestProcess.CopyProgram("/bin/sleep", file);
        using var owner = Process.Start(new ProcessStartInfo(file, ["600"]))!;
        try
        {
            Run("a", _pool.Source, "--owner-pid", $"{owner.Id}");
            Assert.Contains($@"{owner.Id} a\x1bb", Run("list").Output, StringComparison.Ordinal);
        }
        finally
        {
            owner.Kill();
        }
    }

    [Fact]
    public void Exits_with_3_when_nothing_is_free()
    {
        Run("a", _pool.Source);
        var result = Run("a", _pool.Source, "--max-checkouts", "1");
        Assert.Equal((3, ""), (result.ExitCode, result.Output));
        Assert.Contains("checkout-1 by process", result.Error, StringComparison.Ordinal);
        Assert.Equal(3, Run("a", _pool.Source, "--no-create").ExitCode);
    }

    [Fact]
    public void The_owner_is_the_shell_also_in_a_substitution_and_a_pipe()
    {
        const string script =
            $"""
            cd "$("$GITPROC" acquire "$SOURCE")" && pwd
            ( true; "$GITPROC" acquire "$SOURCE" ) | cat
            x=$(true; "$GITPROC" acquire "$SOURCE"; true); echo "$x"
            {UnixTools.PrintShellId}
            "$GITPROC" list --json > "$HOME/list.json"
            """;
        var lines = RunScript(UnixTools.Bash, "-c", script);

        Assert.Equal(["checkout-1", "checkout-2", "checkout-3"], lines[..3].Select(Path.GetFileName));
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(_pool.Home, "list.json")));
        Assert.All(
            json.RootElement.EnumerateArray(),
            checkout => Assert.Equal(lines[3], checkout.GetProperty("ownerProcessId").ToString()));
        Assert.All(
            json.RootElement.EnumerateArray(),
            checkout => Assert.Equal("locked", checkout.GetProperty("state").GetString()));
        // The shell has ended.
        Assert.All(_pool.List(), checkout => Assert.Equal(CheckoutState.Free, checkout.State));
        Assert.Contains("(gone)", Run("list").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/bin/bash")]
    [InlineData("/bin/sh")]
    public void The_owner_is_a_script_that_was_started_by_its_first_line(string interpreter)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoScripts);
        var script = _pool["script"];
        TestGit.WriteScript(
            script,
            $"""
            #!{interpreter}
            a=$("$GITPROC" acquire "$SOURCE" | cat)
            b=$("$GITPROC" acquire "$SOURCE" 2>&1)
            c=$( ( true; "$GITPROC" acquire "$SOURCE"; true ) )
            d=$(echo | while read -r line; do "$GITPROC" acquire "$SOURCE"; done)
            "$GITPROC" list
            echo "$$"
            """);

        var lines = RunScript(script);

        Assert.Equal(
            5,
            lines.Count(line =>
                line.Contains("checkout-", StringComparison.Ordinal)
                || line.StartsWith("NAME", StringComparison.Ordinal)));
        Assert.All(lines[1..^1], line => Assert.Contains($" {lines[^1]} script ", line, StringComparison.Ordinal));
    }

    [Fact]
    public void The_owner_is_a_background_job_that_outlives_its_shell()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells a background job from a substitution.");
        var lines = RunScript(
            "bash",
            "-c",
            """( d=$("$GITPROC" acquire "$SOURCE"); cd "$d"; echo $BASHPID; sleep 2 ) & exit 0"""
        );

        Assert.Equal(lines[0], $"{_pool.Find("checkout-1").OwnerProcessId}");
    }

    private string[] RunScript(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        GitprocProgram.Isolate(start, _pool.Pool.Path, _pool.Home);
        start.Environment["GITPROC"] = GitprocProgram.File;
        start.Environment["SOURCE"] = _pool.Source;
        using var shell = Process.Start(start)!;
        shell.WaitForExit();
        return shell.StandardOutput.ReadToEnd().Split(
            ['\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public void Run_finds_a_program_in_the_checkout_or_on_the_path()
    {
        var (script, start) = OperatingSystem.IsWindows() ? ("build.cmd", "@") : ("build.sh", "#!/bin/sh\n");
        TestGit.WriteScript(Path.Combine(_pool.Source, script), start + "echo theirs\n");
        TestGit.Run(_pool.Source, "add", ".");
        TestGit.Run(_pool.Source, "commit", "--quiet", "--message", "script");
        TestGit.WriteScript(Path.Combine(_pool.Home, script), start + "echo mine\n");
        Assert.Equal("theirs", Run("run", _pool.Source, "--", "./" + script).Output);
        var named = Run("run", _pool.Source, "--", script);
        Assert.Equal(
            (127, $"gitproc: {script} is not on the PATH; a file of the checkout is ./{script}"),
            (named.ExitCode, named.Error));
        Assert.Equal(0, Run("run", _pool.Source, "--", GitprocProgram.File, "release").ExitCode);
    }

    [Fact]
    public void Run_says_where_a_command_is_missing_or_why_it_cannot_be_run()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has messages of its own, in the language of its user.");
        File.WriteAllText(Path.Combine(_pool.Source, "text"), "");
        Directory.CreateDirectory(Path.Combine(_pool.Source, "folder"));
        File.WriteAllText(Path.Combine(_pool.Source, "folder", "file"), "");
        TestGit.WriteScript(Path.Combine(_pool.Source, "lost"), "#!/nowhere/interpreter\n");
        TestGit.WriteScript(Path.Combine(_pool.Source, "broken"), "\x7fELF");
        TestGit.Run(_pool.Source, "add", ".");
        TestGit.Run(_pool.Source, "commit", "--quiet", "--message", "commands");
        var checkout = Path.Combine(_pool.Pool.Path, "checkout-1");

        Check("./none", 127, $"./none does not exist in {checkout}");
        Check("../none", 127, $"../none does not exist in {checkout}");
        Check("/none", 127, "/none does not exist");
        Check("./text", 126, "./text cannot be run: Permission denied");
        Check("./folder/", 126, "./folder/ cannot be run: it is a folder");
        Check("./lost", 126, "./lost cannot be run: the program that its first line names does not exist");
        Check("./broken", 126, "./broken cannot be run: Exec format error");
        Assert.Equal(CheckoutState.Free, _pool.Find("checkout-1").State);

        void Check(string command, int code, string error)
        {
            var result = Run("run", _pool.Source, "--", command);
            Assert.Equal((code, "", $"gitproc: {error}"), (result.ExitCode, result.Output, result.Error));
        }
    }

    [Fact]
    public void Run_waits_for_no_checkout_if_the_command_is_not_on_the_path()
    {
        Run("acquire", _pool.Source, "--hold");
        var refused = Run("run", _pool.Source, "--max-checkouts", "1", "--wait", "--", "no-such-command");
        Assert.Equal(127, refused.ExitCode);
        Assert.Single(_pool.List());
    }

    [Fact]
    public void Run_that_is_killed_leaves_the_checkout_to_its_command()
    {
        var process = _pool.Program.Start(_pool.Home, "run", _pool.Source, "--", "sleep", "600");
        Eventually.True(() => _pool.List().SingleOrDefault()?.OwnerProcessName == "sleep");
        process.Kill();
        // Its output stays open: the command has it too.
        process.WaitForExit();
        process.Dispose();
        var held = _pool.Find("checkout-1");
        Assert.Equal(CheckoutState.Locked, held.State);
        using var command = Process.GetProcessById(held.OwnerProcessId!.Value);
        command.Kill();
        Eventually.True(() => _pool.Find("checkout-1").State == CheckoutState.Free);
    }

    [Fact]
    public void What_cannot_be_printed_is_not_held()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has /dev/full.");
        RunScript(
            "bash", "-c", "\"$GITPROC\" acquire \"$SOURCE\" > /dev/full; \"$GITPROC\" acquire \"$SOURCE\" 2>&-; true");
        RunScript("bash", "-c", "\"$GITPROC\" acquire \"$SOURCE\" 2>&-; true");
        Assert.Equal(["checkout-1"], _pool.List().Select(checkout => checkout.Name));
        Assert.Equal(["TakenOver", "Released", "Created"], HistoryKinds().Where(kind => kind != "Acquired"));

        IEnumerable<string> HistoryKinds() =>
            _pool
                .Pool.Leases.ListHistory(new HistoryRequest { WorkingDirectory = _pool.Home })
                .Select(one => $"{one.Kind}");
    }

    [Fact]
    public void Leases_are_renewed_reaped_and_remembered()
    {
        Run("a", _pool.Source, "--label", "one", "--env", "A=1", "--env", "B=2=3", "--hold", "--expires-after", "1h");
        Assert.Equal(0, Run("renew", "checkout-1", "--label", "two").ExitCode);
        using (var json = JsonDocument.Parse(Run("list", "--json").Output))
        {
            Assert.Equal("two", json.RootElement[0].GetProperty("label").GetString());
            Assert.Equal("2=3", json.RootElement[0].GetProperty("environment").GetProperty("B").GetString());
        }

        Assert.Equal(1, Run("release", "checkout-1", "--lease-id", "x", "--force").ExitCode);
        Assert.Equal(0, Run("renew", "checkout-1", "--expires-after", "0.001s").ExitCode);
        Assert.Contains("checkout-1 is free", Run("reap").Error, StringComparison.Ordinal);
        using var history = JsonDocument.Parse(Run("history", "--json", "--first", "3").Output);
        Assert.Equal(
            ["reaped", "renewed", "renewed"],
            history.RootElement.EnumerateArray().Select(one => one.GetProperty("kind").GetString()));
        Assert.Contains("Created", Run("history", "--checkout", "checkout-1").Output, StringComparison.Ordinal);
        Assert.Equal("", Run("repair").Output);
    }

    [Theory]
    [InlineData("there is no command 'relase'. Did you mean release?", "relase", "checkout-1", "--force")]
    [InlineData("there is no command 'rescue lst'. Did you mean rescue list?", "rescue", "lst")]
    [InlineData("there is no command 'lnik'. Did you mean link?", "help", "lnik")]
    [InlineData("list has no option '--jsn'. Did you mean --json?", "list", "--jsn")]
    [InlineData("acquire has no option '--labell'. Did you mean --label?", "acquire", "x", "--labell=https://u:p@host/")]
    [InlineData("acquire has no option '--pol'. Did you mean --pool?", "acquire", "--pol", "/x")]
    [InlineData("'--ref=' has no value.", "acquire", "--ref=", "/x")]
    [InlineData("'--pool=' has no value.", "--pool=", "list")]
    [InlineData("'--count=' has no value.", "acquire", "--json", "--count=")]
    [InlineData("'x' is not a number.", "acquire", "--json", "--count=x")]
    [InlineData("list does not take 'x\\x1b[1m'.", "list", "x\u001b[1m", "y")]
    public void What_is_wrong_is_one_error_with_what_was_meant(string error, params string[] arguments)
    {
        var result = Run(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Equal($"gitproc: {error} See gitproc help.", result.Error.ReplaceLineEndings(" ").Trim());
    }

    [Fact]
    public void An_unknown_option_is_not_a_path_in_the_current_checkout()
    {
        var path = Run("acquire", _pool.Source).Output.Trim();
        Assert.Equal(2, _pool.Program.Run(path, "release", "--nonsense").ExitCode);
        Assert.Equal("locked", State());
        Assert.Equal(0, _pool.Program.Run(path, "release", "--", "./--nonsense").ExitCode);
        Assert.Equal("free", State());

        string State()
        {
            using var list = JsonDocument.Parse(Run("list", "--json").Output);
            return list.RootElement[0].GetProperty("state").GetString()!;
        }
    }

    [Fact]
    public void The_current_checkout_and_an_acquired_one_are_a_path_or_an_object()
    {
        using var acquired = JsonDocument.Parse(Run("acquire", _pool.Source, "--json", "--label", "x").Output);
        var path = acquired.RootElement.GetProperty("path").GetString()!;
        Assert.Equal("x", acquired.RootElement.GetProperty("label").GetString());
        var inside = Directory.CreateDirectory(Path.Combine(path, "in", "it")).FullName;
        Assert.Equal(path, _pool.Program.Run(inside, "current").Output.Trim());
        using var current = JsonDocument.Parse(_pool.Program.Run(inside, "current", "--json").Output);
        Assert.Equal(path, current.RootElement.GetProperty("path").GetString());
        var outside = Run("current");
        Assert.Equal((1, ""), (outside.ExitCode, outside.Output));
        Assert.Contains("is in no checkout", outside.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("acquire", "x", "--env", "novalue")]
    [InlineData("acquire", "x", "--expires-after", "soon")]
    [InlineData("acquire", "x", "--expires-after", "0")]
    [InlineData("renew", "checkout-1", "--expires-after", "0")]
    [InlineData("acquire", "x", "--hold", "--owner-pid", "1")]
    [InlineData("acquire", "x", "--owner-pid", "me")]
    [InlineData("--pool", "", "list")]
    [InlineData("acquire", "--json", "--count", "2")]
    [InlineData("link", "x", "main", "--ref", "main")]
    public void Nonsense_is_a_usage_error(params string[] arguments) => Assert.Equal(2, Run(arguments).ExitCode);

    [Fact]
    public void Run_gives_a_command_a_checkout_and_its_exit_code_back()
    {
        var result = Run("run", _pool.Source, "--", "sh", "-c", "git rev-parse --show-toplevel; ls; exit 7");
        Assert.Equal(7, result.ExitCode);
        Assert.Equal(
            Path.Combine(_pool.Pool.Path, "checkout-1"), Path.GetFullPath(result.Output.Split('\n')[0].TrimEnd()));
        Assert.Equal(CheckoutState.Free, _pool.Find("checkout-1").State);
        Assert.Equal(127, Run("run", _pool.Source, "--", "no-such-command").ExitCode);
        Assert.Equal(CheckoutState.Free, _pool.Find("checkout-1").State);
        Assert.Equal("--help --pool", Run("run", _pool.Source, "--", "echo", "--help", "--pool").Output);
    }

    [Fact]
    public void Run_passes_a_request_to_end_on_and_releases()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoSignals);
        var process = _pool.Program.Start(
            _pool.Home,
            "run",
            _pool.Source,
            "--",
            "sh",
            "-c",
            "trap 'exit 9' TERM; echo up; while :; do sleep 0.05; done");
        Assert.Equal("up", process.StandardOutput.ReadLine());
        Process.Start("kill", ["-TERM", $"{process.Id}"]).WaitForExit();
        Assert.Equal(9, GitprocProgram.Finish(process).ExitCode);
        Assert.Equal(CheckoutState.Free, _pool.Find("checkout-1").State);
    }

    [Fact]
    public void Ctrl_C_takes_back_what_was_begun()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoSignals);
        // A remote that accepts and never answers.
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        var url = $"git://127.0.0.1:{((System.Net.IPEndPoint)silent.LocalEndpoint).Port}/repo";
        var process = _pool.Program.Start(_pool.Home, "acquire", url);
        using (silent.AcceptTcpClient())
        {
            Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
            var result = GitprocProgram.Finish(process);
            Assert.Equal((130, ""), (result.ExitCode, result.Output));
        }

        Assert.Empty(_pool.List());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_pool.Pool.Path, "tmp")));
    }

    [Fact]
    public void Verbose_shows_git_and_nothing_else_changes()
    {
        var result = Run("acquire", _pool.Source, "--verbose");
        Assert.Equal(Path.Combine(_pool.Pool.Path, "checkout-1"), result.Output);
        Assert.Contains("gitproc: git clone --no-checkout", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_of_the_system_are_told_in_words() =>
        Assert.Contains("Not enough )'s", Run("filter", "(").Error, StringComparison.Ordinal);

    [Theory]
    [InlineData("en_US.ISO-8859-1")]
    [InlineData("C")]
    public void Paths_are_printed_as_they_are_whatever_the_locale(string locale)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "On Windows the language is no variable.");
        const string script =
            "cd \"$(\"$GITPROC\" acquire \"$SOURCE\")\" && git rev-parse --show-toplevel && \"$GITPROC\" list --json && \"$GITPROC\" release 2>&1";
        var start = new ProcessStartInfo("sh", ["-c", script])
        {
            RedirectStandardOutput = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        };
        GitprocProgram.Isolate(start, _pool["pöol"], _pool.Home);
        start.Environment["LC_ALL"] = locale;
        start.Environment["GITPROC"] = GitprocProgram.File;
        start.Environment["SOURCE"] = _pool.Source;
        using var shell = Process.Start(start)!;
        var lines = shell.StandardOutput.ReadToEnd().TrimEnd().Split('\n');
        shell.WaitForExit();
        Assert.Equal(_pool["pöol/checkout-1"], Path.GetFullPath(lines[0]));
        Assert.EndsWith("checkout-1 is free", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_pool_that_cannot_be_made_is_an_error()
    {
        File.WriteAllText(_pool["file"], "");
        var result = Run("acquire", _pool.Source, "--pool", _pool["file/pool"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(_pool["file/pool"], result.Error, StringComparison.Ordinal);
    }

    private GitprocProgram.Result Run(params string[] arguments) => _pool.Program.Run(_pool.Home, arguments);

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
