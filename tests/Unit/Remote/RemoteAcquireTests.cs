using System.Diagnostics;
using System.Text.Json;
using Gitproc.Remote;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Remote;

/// <summary>
/// <c>gitproc acquire --machine</c> and the release, with the real program on both sides of a real sshd.
/// </summary>
public sealed class RemoteAcquireTests : SshTests
{
    [SshFact]
    public void A_checkout_there_is_held_for_an_hour_and_released_by_what_was_printed()
    {
        var acquired = Run("acquire", "--machine", "box", Here.Source);

        var held = Assert.Single(List());
        Assert.Equal($"box:{held.Path}", acquired.Output);
        Assert.True(held.Locked);
        Assert.Null(held.OwnerProcessId);
        Assert.InRange(held.ExpiresAt!.Value - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        Assert.Contains(
            $"gitproc: checkout-1 of box is held until {Gitproc.Text.PrintableTime.Local(held.ExpiresAt.Value)}",
            acquired.Error,
            StringComparison.Ordinal);
        Assert.Empty(Here.List());
        // An acquire on that machine respects it.
        var refused = Assert.Throws<GitprocException>(
            () => PoolThere.Acquiring.Acquire(Here.Request() with { MaxCheckouts = 1 }));
        Assert.Equal(ErrorReason.NoCheckoutAvailable, refused.Reason);

        var released = Run("release", acquired.Output);

        Assert.Equal("gitproc: checkout-1 is free", released.Error);
        Assert.False(Assert.Single(List()).Locked);
        Assert.Contains("is not locked", Fail("release", "box:checkout-1").Error, StringComparison.Ordinal);
    }

    [SshFact]
    public void Json_says_machine_host_and_path_and_the_duration_is_what_was_asked_for()
    {
        var result = Run(
            "acquire", "--machine", "box", "--json", "--expires-after", "2h", "--label", "mine", Here.Source);

        using var json = JsonDocument.Parse(result.Output);
        var held = Assert.Single(List());
        Assert.Equal("box", json.RootElement.GetProperty("machine").GetString());
        Assert.Equal("box", json.RootElement.GetProperty("host").GetString());
        Assert.Equal(held.Path, json.RootElement.GetProperty("path").GetString());
        Assert.Equal(held.LeaseId, json.RootElement.GetProperty("leaseId").GetString());
        Assert.Equal("mine", held.Label);
        Assert.InRange(held.ExpiresAt!.Value - DateTimeOffset.UtcNow, TimeSpan.FromHours(1.9), TimeSpan.FromHours(2));
        Run("release", "box:checkout-1", "--lease-id", held.LeaseId!);
        Assert.False(Assert.Single(List()).Locked);
    }

    [SshFact]
    public void The_duration_that_the_machine_has_set_counts()
    {
        File.WriteAllText(Path.Combine(There.Home, ".gitconfig"), "[gitproc]\n\tleaseDuration = 10m\n");
        Run("acquire", "--machine", "box", Here.Source);
        Assert.InRange(
            Assert.Single(List()).ExpiresAt!.Value - DateTimeOffset.UtcNow,
            TimeSpan.FromMinutes(5),
            TimeSpan.FromMinutes(10));
    }

    [SshFact]
    public void If_the_path_cannot_be_printed_nothing_stays_held()
    {
        using var process = Process.Start(Start(
            "sh", "-c", "exec \"$@\" >/dev/full", "sh", GitprocProgram.File, "acquire", "--machine", "box", Here.Source))!;
        var result = GitprocProgram.Finish(process);
        Assert.Equal(1, result.ExitCode);
        Eventually.True(() => !Assert.Single(List()).Locked);
    }

    [SshFact]
    public void A_caller_that_is_gone_before_it_says_that_it_has_the_checkout_holds_nothing()
    {
        var start = Start(GitprocProgram.File, "remote");
        start.RedirectStandardInput = true;
        start.Environment["GITPROC_POOL"] = There.Pool;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.BaseStream;
        Assert.Equal(Handshake.Protocol, Handshake.Read(output, out _));
        RemoteJson.Write(
            FrameKind.Request,
            new RemoteRequest
            {
                Protocol = Handshake.Protocol,
                Acquire = Here.Request() with { Terms = Here.Request().Terms with { Owner = null } },
            },
            RemoteJson.Default.RemoteRequest).Write(process.StandardInput.BaseStream);
        while (Frame.Read(output)?.Kind is { } kind && kind != FrameKind.Checkout)
            Assert.Contains(kind, (FrameKind[])[FrameKind.Report, FrameKind.Beat]);
        Assert.True(Assert.Single(List()).Locked);

        process.StandardInput.Close();

        process.WaitForExit();
        Assert.False(Assert.Single(List()).Locked);
    }

    [SshFact]
    public void What_another_machine_cannot_give_is_refused()
    {
        foreach (var option in (string[])["--count=2", "--owner-pid=1", "--resume", "--step-output"])
        {
            var result = Fail("acquire", "--machine", "box", option, Here.Source);
            Assert.Equal(2, result.ExitCode);
            Assert.StartsWith(
                $"gitproc: {option.Split('=')[0]} excludes --machine and --anywhere: ",
                result.Error,
                StringComparison.Ordinal);
        }

        Assert.Equal(2, Fail("acquire", "--machine", "box", "--anywhere").ExitCode);
        Assert.False(Directory.Exists(There.Pool));
    }

    private IReadOnlyList<Checkout> List() => PoolThere.Checkouts.List(null, Here.Home);

    private GitprocProgram.Result Run(params string[] arguments)
    {
        var result = Fail(arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }

    private GitprocProgram.Result Fail(params string[] arguments) =>
        GitprocProgram.Finish(Here.Program.Start(Here.Home, There.Variables, arguments));

    private ProcessStartInfo Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Here.Home,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        GitprocProgram.Isolate(start, Here.Pool.Path, Here.Home);
        start.Environment["GITPROC_SSH"] = There.Ssh;
        return start;
    }
}
