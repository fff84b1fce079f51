using System.Diagnostics;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Processes;

public sealed class ProcessTableTests
{
    [Fact]
    public void This_process_is_found_with_its_parents()
    {
        var ancestry = ProcessTable.Ancestry(Environment.ProcessId).ToList();
        Assert.Equal(Environment.ProcessId, ancestry[0].Identity.Id);
        Assert.True(ancestry.Count > 1);
        Assert.Equal(ancestry[0].ParentId, ancestry[1].Identity.Id);
    }

    [Fact]
    public void What_a_process_started_is_found_and_nobody_else()
    {
        using var process = new TestProcess("/", "sh -c 'sleep 600 & echo; wait' & wait");
        // It is a copy of the shell before it is the other program.
        var descent = ProcessTable.Descent(process.Id);
        Eventually.True(() => (descent = ProcessTable.Descent(process.Id)) is [_, _, { Name: "sleep" }]);
        Assert.Equal(process.Entry.Identity, descent[0].Identity);
        Assert.Equal("sh", descent[1].Name);
        Assert.Empty(ProcessTable.Descent(999_999_999));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(999_999_999)]
    public void Nobody_is_not_found(int id) => Assert.Null(ProcessTable.Find(id));

    [Fact]
    public void A_process_that_ended_is_not_alive_and_a_reused_id_is_another_one()
    {
        using var process = Process.Start(new ProcessStartInfo("sleep", ["600"]))!;
        var identity = ProcessTable.Find(process.Id)!.Identity;
        Assert.True(ProcessTable.IsAlive(identity));
        Assert.False(ProcessTable.IsAlive(identity with { StartedAt = identity.StartedAt + 1 }));
        process.Kill();
        process.WaitForExit();
        Assert.False(ProcessTable.IsAlive(identity));
    }

    [Fact]
    public void A_zombie_is_gone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no zombies.");
        // A shell that was replaced by sleep never collects its child. The child ends when that has happened.
        using var parent = Process.Start(
            new ProcessStartInfo("sh", ["-c", "sleep 1 & echo $!; exec sleep 600"]) { RedirectStandardOutput = true }
        )!;
        var id = int.Parse(parent.StandardOutput.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture);
        try
        {
            Eventually.True(() => ProcessTable.Find(id) is null);
            if (OperatingSystem.IsLinux())
                Assert.True(File.Exists($"/proc/{id}/stat"), "It was collected after all, and nothing was shown.");
        }
        finally
        {
            parent.Kill();
        }
    }

    [Fact]
    public void A_name_with_spaces_and_parentheses_is_read()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoCopies);
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var program = Path.Combine(folder.FullName, "a ) (b");
            TestProcess.CopyProgram("/bin/sleep", program);
            using var process = Process.Start(new ProcessStartInfo(program, ["600"]))!;
            Eventually.True(() => ProcessTable.Find(process.Id)?.Name == "a ) (b");
            process.Kill();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_copy_a_shell_makes_of_itself_is_told_from_a_shell()
    {
        const string script = "( sleep 600; true ) & echo $!; bash -c 'sleep 600; true' & echo $!; wait";
        using var shell = Process.Start(
            new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true }
        )!;
        var ids = Enumerable
            .Range(0, 2)
            .Select(_ => int.Parse(shell.StandardOutput.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture))
            .ToList();
        try
        {
            Eventually.True(() => ProcessTable.Find(ids[1]) is { IsFork: false });
            Assert.True(ProcessTable.Find(ids[0])!.IsFork);
            Assert.False(ProcessTable.Find(shell.Id)!.IsFork);
        }
        finally
        {
            shell.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public void An_owner_that_does_not_run_is_refused() =>
        Assert.Equal(
            ErrorReason.OwnerNotRunning,
            Assert.Throws<GitprocException>(() => LeaseOwner.OfProcess(999_999_999)).Reason);
}
