using System.Diagnostics;
using System.Security.Cryptography;
using Gitproc.Processes;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Remote;

/// <summary>
/// <c>gitproc run --machine</c>, with the real program on both sides of a real sshd. The machine has a home and a pool
/// of its own.
/// </summary>
public sealed class RemoteRunTests : SshTests
{
    private const int SigInt = 2;
    private const int SigTerm = 15;
    private const int SigStop = 19;

    [SshFact]
    public void The_command_runs_in_a_checkout_there_which_is_given_back()
    {
        var result = Run("sh", "-c", "echo out; echo error >&2; pwd; echo $GITPROC_CHECKOUT; ls; touch left; exit 7");
        Assert.Equal(7, result.ExitCode);
        var checkout = Path.Combine(There.Pool, "checkout-1");
        Assert.Equal(
            ["out", checkout, checkout, "file-0.txt", "file-1.txt", "file-2.txt"], result.Output.Split('\n'));
        var lines = result.Error.Split('\n');
        Assert.Equal(["error"], lines.Where(line => !line.StartsWith("gitproc: ", StringComparison.Ordinal)));
        AssertFree();
        Assert.Empty(Here.List());
    }

    [SshFact]
    public void Ten_megabytes_of_any_bytes_pass_unharmed_both_ways()
    {
        var bytes = RandomNumberGenerator.GetBytes(10_000_000);
        using var process = Start(start => start.RedirectStandardInput = true, "tee", "/dev/stderr");
        var writing = Task.Run(() =>
        {
            process.StandardInput.BaseStream.Write(bytes);
            process.StandardInput.Close();
        });
        var error = Task.Run(() => ReadAll(process.StandardError.BaseStream));
        var output = ReadAll(process.StandardOutput.BaseStream);
        process.WaitForExit();
        Assert.True(bytes.AsSpan().SequenceEqual(output), $"{output.Length} bytes came back.");
        Assert.True(bytes.AsSpan().SequenceEqual(error.Result), $"{error.Result.Length} bytes came back as errors.");
        Assert.Equal(0, process.ExitCode);
        writing.Wait();
    }

    [SshFact]
    public void An_output_that_nobody_reads_does_not_stop_the_other_one()
    {
        using var process = Start(null, "sh", "-c", "head -c 10000000 /dev/zero >&2 & echo beside; wait");
        Assert.Equal("beside", process.StandardOutput.ReadLine());
        Assert.Equal(10_000_000, ReadAll(process.StandardError.BaseStream).Length);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    [SshFact]
    public void Whoever_no_longer_reads_ends_the_command_as_in_a_pipe()
    {
        var start = Program("yes");
        (start.FileName, var arguments) = ("sh", start.ArgumentList.ToArray());
        start.ArgumentList.Clear();
        foreach (var word in (string[])["-c", "\"$@\" | head -1", "sh", GitprocProgram.File, .. arguments])
            start.ArgumentList.Add(word);
        Assert.Equal("y", GitprocProgram.Finish(Process.Start(start)!).Output);
        AssertFree();
    }

    [SshFact]
    public void The_end_of_standard_input_arrives()
    {
        using var process = Start(start => start.RedirectStandardInput = true, "sort");
        process.StandardInput.Write("b\na\n");
        process.StandardInput.Close();
        Assert.Equal("a\nb", GitprocProgram.Finish(process).Output);
    }

    [SshFact]
    public void Only_variables_that_are_named_go_there()
    {
        using var process = Start(
            start =>
            {
                (start.Environment["ONE"], start.Environment["TWO"]) = ("1 $x", "2");
                foreach (var word in (string[])["ABSENT", "--send-env", "ONE", "--send-env"])
                    start.ArgumentList.Insert(1, word);
            },
            "sh", "-c", "echo \"$ONE.$TWO.${ABSENT-none}\"");
        Assert.Equal("1 $x..none", GitprocProgram.Finish(process).Output);
    }

    [TerminalFact]
    public void Ctrl_C_arrives_and_the_exit_code_is_that_of_a_local_run()
    {
        Assert.SkipWhen(SshServer.Program is null, "sshd is not installed.");
        var result = PseudoTerminal.Run(
            Here,
            [PseudoTerminal.WaitFor("ready"), PseudoTerminal.Send("\x03")],
            There.Variables,
            "run", "--machine", "box", Here.Source, "--", "sh", "-c", "echo ready; sleep 600; echo never");
        Assert.Equal(130, result.ExitCode);
        Assert.DoesNotContain("never", result.Output, StringComparison.Ordinal);
        AssertFree();
    }

    [SshTheory]
    [InlineData(SigTerm, "TERM")]
    [InlineData(1, "HUP")]
    [InlineData(SigInt, "INT")]
    public void A_signal_arrives(int signal, string name)
    {
        using var process = Start(
            null, "sh", "-c", $"trap 'echo got {name}; exit 9' {name}; echo ready; while :; do sleep 0.05; done");
        Assert.Equal("ready", process.StandardOutput.ReadLine());
        Signal(process.Id, signal);
        Assert.Equal($"got {name}", process.StandardOutput.ReadLine());
        process.WaitForExit();
        Assert.Equal(9, process.ExitCode);
        AssertFree();
    }

    [SshFact]
    public void Ctrl_C_ends_an_acquire_that_waits_there()
    {
        // The machine has one checkout, and this process holds it.
        PoolThere.Acquiring.Acquire(Here.Request());
        using var process = Here.Program.Start(
            Here.Home, There.Variables, "run", "--machine", "box", "--max-checkouts", "1", "--wait", Here.Source,
            "--", "true");
        Assert.Contains("box: ", process.StandardError.ReadLine()!, StringComparison.Ordinal);
        Signal(process.Id, SigInt);
        var result = GitprocProgram.Finish(process);
        Assert.Equal(130, result.ExitCode);
        Assert.EndsWith("gitproc: interrupted", result.Error, StringComparison.Ordinal);
    }

    [SshFact]
    public void The_end_of_ssh_ends_the_command_with_all_that_it_started_and_the_lease()
    {
        using var process = StartTree(out var command, out var child);
        Signal(Ssh(process), 9);
        var result = GitprocProgram.Finish(process);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("gitproc: The connection to box has ended. It ends the command.", result.Error);
        Eventually.True(() => !IsAlive(command) && !IsAlive(child));
        AssertFree();
    }

    [SshFact]
    public void The_end_of_gitproc_here_ends_it_too()
    {
        using var process = StartTree(out var command, out var child);
        process.Kill();
        Eventually.True(() => !IsAlive(command) && !IsAlive(child));
        AssertFree();
    }

    [SshFact]
    public void If_the_connection_says_nothing_both_ends_give_up()
    {
        using var process = StartTree(out var command, out var child);
        Signal(Ssh(process), SigStop);
        var result = GitprocProgram.Finish(process);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("gitproc: box has said nothing for 30 s. It ends the command.", result.Error);
        Eventually.True(() => !IsAlive(command) && !IsAlive(child));
        AssertFree();
    }

    [SshFact]
    public void A_process_that_the_command_left_behind_does_not_keep_the_run()
    {
        var running = Stopwatch.StartNew();
        var result = Run("sh", "-c", "cd /; sleep 600 & echo $!");
        Assert.Equal(0, result.ExitCode);
        Assert.True(running.Elapsed < Eventually.Limit);
        Signal(int.Parse(result.Output, System.Globalization.CultureInfo.InvariantCulture), 9);
    }

    [SshFact]
    public void What_is_refused_there_is_refused_here_for_the_same_reason()
    {
        PoolThere.Acquiring.Acquire(Here.Request());
        var result = Finish("run", "--machine", "box", "--max-checkouts", "1", Here.Source, "--", "true");
        Assert.Equal(3, result.ExitCode);
        Assert.StartsWith("gitproc: box: ", result.Error, StringComparison.Ordinal);
        Assert.Equal(127, Run("no-such-program").ExitCode);
    }

    [Fact]
    public void A_host_that_ssh_would_take_for_an_option_is_refused()
    {
        var result = Finish("run", "--machine=-oProxyCommand=touch x", Here.Source, "--", "true");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("gitproc: '-oProxyCommand=touch x' is no machine that ssh could reach.", result.Error);
    }

    [SshFact]
    public void A_machine_that_ssh_cannot_reach_is_named()
    {
        var result = GitprocProgram.Finish(Here.Program.Start(
            Here.Home,
            [("GITPROC_SSH", $"ssh -F /dev/null -p 1")],
            "run", "--machine", "localhost", Here.Source, "--", "true"));
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("gitproc: ssh does not reach localhost. It said: ", result.Error, StringComparison.Ordinal);
    }

    [SshFact]
    public void What_is_printed_before_gitproc_starts_does_no_harm()
    {
        using var there = MachineWith(
            "printf 'Welcome\\nno end of line'; printf '\\033]0;x\\007\\n' >&2; "
                + $"exec {GitprocProgram.File} \"$@\"");
        var result = RunOn(there, "echo", "fine");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("fine", result.Output);
        Assert.Contains("gitproc: ssh: \\x1b]0;x\\x07", result.Error, StringComparison.Ordinal);
    }

    [SshTheory]
    [InlineData("echo no such command >&2; exit 2",
        "No gitproc of box answers: there is none, or it is too old. It said: no such command")]
    [InlineData("yes", "No gitproc of box answers: there is none, or it is too old. It said: y")]
    [InlineData("exit 127", "box has no gitproc on the PATH that ssh gives.")]
    [InlineData($"{Greeting} printf '\\001\\377\\377\\377\\377'; cat >/dev/null",
        "The gitproc of box does not keep to the protocol: a frame is too long.")]
    [InlineData($"{Greeting} printf '\\002\\000\\000\\000\\002\\001x'; cat >/dev/null",
        "The gitproc of box does not keep to the protocol: there is no output 1.")]
    [InlineData($"{Greeting} printf '\\013\\000\\000\\000\\000\\002\\000\\000\\000\\002\\007x'; cat >/dev/null",
        "The gitproc of box does not keep to the protocol: there is no output 7.")]
    [InlineData(
        $"{Greeting} printf '\\013\\000\\000\\000\\000\\005\\000\\000\\000\\005\\000\\177\\000\\000\\000'; cat >/dev/null",
        "The gitproc of box does not keep to the protocol: it has handled more than was sent.")]
    [InlineData($"{Greeting} printf '\\143\\000\\000\\000\\000'; cat >/dev/null",
        "The gitproc of box does not keep to the protocol: it sends 99.")]
    [InlineData($"{Greeting} printf '\\010\\000\\000\\000\\003{{x}}'; cat >/dev/null",
        "The gitproc of box does not keep to the protocol: Report cannot be read.")]
    [InlineData($"{Greeting} printf '\\012\\000\\000\\000\\002'",
        "The gitproc of box does not keep to the protocol: a frame is cut off.")]
    [InlineData($"{Greeting} printf '\\012\\000\\000\\000\\033{{\"Message\":\"a\\\\u001b]0;b\\\\n\"}}'; cat >/dev/null",
        "box: a\\x1b]0;b")]
    [InlineData($"{Greeting} printf '\\014\\000\\000\\000\\002{{}}'; cat >/dev/null",
        "The gitproc of box does not keep to the protocol: Checkout cannot be read.")]
    [InlineData($"{Greeting} printf '\\014\\000\\000\\000\\160{HostileCheckout}'; cat >/dev/null",
        "The gitproc of box does not keep to the protocol: Checkout cannot be read.")]
    [InlineData($"{Greeting}", "The connection to box has ended. It ends the command.")]
    public void A_peer_that_is_broken_or_hostile_gives_one_error(string script, string error)
    {
        using var there = MachineWith(script);
        var result = RunOn(there, "true");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"gitproc: {error}", result.Error.TrimEnd());
        Assert.Equal("", result.Output);
    }

    // Its path would clear the screen.
    private const string HostileCheckout =
        """{"name":"a","path":"/a\\u001b[2J","repository":"r","url":"u","state":"locked","""
            + "\"createdAt\":\"2026-01-01T00:00:00Z\"}";

    private const string Greeting = "printf 'gitproc-remote protocol 1\\n';";

    private GitprocProgram.Result Run(params string[] command) => RunOn(There, command);

    private GitprocProgram.Result RunOn(SshServer there, params string[] command) => GitprocProgram.Finish(
        Here.Program.Start(
            Here.Home, there.Variables, ["run", "--machine", "box", Here.Source, "--", .. command]));

    private GitprocProgram.Result Finish(params string[] arguments) =>
        GitprocProgram.Finish(Here.Program.Start(Here.Home, There.Variables, arguments));

    private ProcessStartInfo Program(params string[] command)
    {
        var start = new ProcessStartInfo(
            GitprocProgram.File, ["run", "--machine", "box", Here.Source, "--", .. command])
        {
            WorkingDirectory = Here.Home,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        GitprocProgram.Isolate(start, Here.Pool.Path, Here.Home);
        start.Environment["GITPROC_SSH"] = There.Ssh;
        return start;
    }

    private Process Start(Action<ProcessStartInfo>? change, params string[] command)
    {
        var start = Program(command);
        change?.Invoke(start);
        return Process.Start(start)!;
    }

    /// <summary>Starts a command with a child there.</summary>
    private Process StartTree(out int command, out int child)
    {
        var process = Start(null, "sh", "-c", "echo $$; sleep 600 & echo $!; wait; echo never");
        command = int.Parse(process.StandardOutput.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture);
        child = int.Parse(process.StandardOutput.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(PoolThere.Checkouts.List(null, Here.Home).Single().Locked);
        return process;
    }

    /// <summary>A machine on which a script takes the place of gitproc.</summary>
    private SshServer MachineWith(string script)
    {
        var folder = Directory.CreateDirectory(Here["fake"]).FullName;
        TestGit.WriteScript(Path.Combine(folder, "gitproc"), $"#!/bin/sh\n{script}\n");
        return new SshServer(
            Directory.CreateDirectory(Here["other"]).FullName,
            $"{folder}:{Environment.GetEnvironmentVariable("PATH")}");
    }

    private void AssertFree()
    {
        Eventually.True(() => PoolThere.Checkouts.List(null, Here.Home).All(checkout => !checkout.Locked));
        Assert.Single(PoolThere.Checkouts.List(null, Here.Home));
    }

    private static int Ssh(Process gitproc) =>
        ProcessTable.Descent(gitproc.Id).Single(entry => entry.Name == "ssh").Identity.Id;

    private static bool IsAlive(int id) => ProcessTable.Find(id) is not null;

    private static void Signal(int process, int signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        kill.WaitForExit();
    }

    private static byte[] ReadAll(Stream stream)
    {
        using var all = new MemoryStream();
        stream.CopyTo(all);
        return all.ToArray();
    }
}
