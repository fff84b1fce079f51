using System.Diagnostics;
using Gitproc.Processes;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Processes;

public sealed class ProcessEndingTests : IDisposable
{
    private const string AtOnce = "On Windows no process can be asked to end; it is killed at once.";

    private static readonly TimeSpan Long = 2 * Eventually.Limit;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_process_is_asked_and_can_tidy_up()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), AtOnce);
        using var process = new TestProcess(
            _folder.Path, "trap 'echo >tidied; exit' TERM; echo; while :; do sleep 0.01; done");
        Assert.Empty(ProcessEnding.End([process.Entry], Long, CancellationToken.None));
        Assert.False(process.IsAlive);
        Assert.True(File.Exists(_folder["tidied"]));
    }

    [Fact]
    public void Nobody_waits_longer_than_for_the_process_to_end()
    {
        using var process = TestProcess.Sleep(_folder.Path);
        var time = Stopwatch.StartNew();
        Assert.Empty(ProcessEnding.End([process.Entry], Long, CancellationToken.None));
        Assert.True(time.Elapsed < Eventually.Limit, $"{time.Elapsed}");
    }

    [Fact]
    public void One_that_does_not_listen_is_killed_after_the_patience()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), AtOnce);
        using var process = new TestProcess(_folder.Path, "trap '' TERM; echo; exec sleep 600");
        var patience = TimeSpan.FromMilliseconds(300);
        var time = Stopwatch.StartNew();
        Assert.Empty(ProcessEnding.End([process.Entry], patience, CancellationToken.None));
        Assert.False(process.IsAlive);
        Assert.InRange(time.Elapsed, patience, Eventually.Limit);
    }

    [Fact]
    public void One_that_is_stopped_goes_on_and_hears_of_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), AtOnce);
        using var process = new TestProcess(
            _folder.Path, "trap 'echo >tidied; exit' TERM; echo; while :; do sleep 0.01; done");
        using (var stop = Process.Start("sh", ["-c", $"kill -STOP {process.Id}; sleep 0.2"]))
            stop.WaitForExit();
        var time = Stopwatch.StartNew();
        Assert.Empty(ProcessEnding.End([process.Entry], Long, CancellationToken.None));
        Assert.True(File.Exists(_folder["tidied"]));
        Assert.True(time.Elapsed < Eventually.Limit, $"{time.Elapsed}");
    }

    [Fact]
    public void A_tree_that_runs_in_a_folder_ends()
    {
        using var process = new TestProcess(_folder.Path, "sleep 600 & sh -c 'sleep 600; true' & echo $!; wait");
        List<ProcessEntry> found = [];
        Eventually.True(() =>
            (found = [.. FolderProcesses.In(_folder.Path)]).Count(entry => entry.Name == "sleep") == 2);
        Assert.Equal(4, found.Count);
        Assert.Empty(ProcessEnding.End(found, Long, CancellationToken.None));
        Assert.Empty(FolderProcesses.In(_folder.Path));
    }

    [Fact]
    public void Whoever_got_the_id_of_one_that_is_gone_is_left_alone()
    {
        using var process = TestProcess.Sleep(_folder.Path);
        var identity = process.Entry.Identity;
        var gone = process.Entry with { Identity = identity with { StartedAt = identity.StartedAt - 1 } };
        Assert.Empty(ProcessEnding.End([gone], TimeSpan.Zero, CancellationToken.None));
        Thread.Sleep(100);
        Assert.True(process.IsAlive);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1)]
    public void An_id_that_means_many_processes_or_the_first_one_gets_no_signal(int id)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoSignals);
        Assert.False(UnixSignal.Send(ProcessTable.Find(id)?.Identity ?? new ProcessIdentity(id, 0), signal: 0));
    }

    [Fact]
    public void A_wait_can_be_cancelled_and_kills_nobody()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), AtOnce);
        using var process = new TestProcess(_folder.Path, "trap '' TERM; echo; exec sleep 600");
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var time = Stopwatch.StartNew();
        Assert.Throws<OperationCanceledException>(() => ProcessEnding.End([process.Entry], Long, cancellation.Token));
        Assert.True(time.Elapsed < Eventually.Limit, $"{time.Elapsed}");
        Assert.True(process.IsAlive);
    }

    [Fact]
    public void Nobody_is_asked_when_it_was_cancelled_before()
    {
        using var process = TestProcess.Sleep(_folder.Path);
        Assert.Throws<OperationCanceledException>(() =>
            ProcessEnding.End([process.Entry], Long, new CancellationToken(canceled: true)));
        Thread.Sleep(100);
        Assert.True(process.IsAlive);
    }

    [Fact]
    public void The_caller_and_its_ancestors_live_on_where_others_are_ended()
    {
        using var other = TestProcess.Sleep(_folder.Path);
        // Not this test's own ancestors: a mistake would end the shell of whoever runs the tests.
        var start = new ProcessStartInfo(
            "sh",
            [
                "-c",
                UnixTools.PrintShellId + """; sh -c '"$0" "$1"; echo it ended with $?' "$0" "$1"; echo done""",
                "dotnet",
                CallerProgram.File,
            ])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
        };
        CallerProgram.Enable(start);
        using var shell = Process.Start(start)!;
        var lines = shell.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        shell.WaitForExit();

        Assert.Equal(shell.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), lines[0]);
        Assert.Equal(
            ["found 4: dotnet sh sh sleep", "left 3: dotnet sh sh", "others 0:", "it ended with 0", "done"],
            lines[1..]);
        Assert.False(other.IsAlive);
    }
}
