using System.Diagnostics;
using System.Globalization;
using Gitproc.Checkouts;
using Gitproc.Pools;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Repositories;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>Hooks for whose end nobody waits, in the real program with a config of its own.</summary>
public sealed class BackgroundHookTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    // A hook that waits: it says who it is, and goes on when there is a file.
    private string Waiting => $"echo $$ > '{Mark}.new'; mv '{Mark}.new' '{Mark}'; "
        + $"while ! test -e '{Mark}.go'; do sleep 0.05; done; echo done > late";

    private string Mark => _pool["mark"];

    public void Dispose()
    {
        File.WriteAllText(Mark + ".go", "");
        Eventually.True(() => HookTicket.All(new PoolFolder(_pool.Pool.Path)).Count == 0 || !Any());
        _pool.Dispose();

        bool Any() => HookTicket.All(new PoolFolder(_pool.Pool.Path))
            .Any(ticket => HookTicket.IsRunning(new PoolFolder(_pool.Pool.Path), ticket.Checkout, ticket.Start));
    }

    [Fact]
    public void Nobody_waits_for_it_and_the_history_leads_to_its_log()
    {
        Set("gitproc.onCreate", $"echo https://me:secret@host/; {Waiting}; echo end >&2 &");
        var path = Acquire();
        WaitForHook();

        Assert.StartsWith("it still runs: onCreate (echo https://***@host/", Event(EventKind.HookStarted).Why);
        File.WriteAllText(Mark + ".go", "");
        Eventually.True(() => Events(EventKind.HookEnded).Count == 1);

        var started = Event(EventKind.HookStarted);
        Assert.StartsWith("onCreate (echo", started.Why);
        var log = Path.Combine(_pool.Pool.Path, "logs", $"{started.Id}.log");
        Assert.EndsWith($"its log is {log}", started.Why);
        Assert.EndsWith($"its log is {log}", Event(EventKind.HookEnded).Why);
        Assert.Contains("ended with exit code 0 after", Event(EventKind.HookEnded).Why, StringComparison.Ordinal);
        Assert.Equal(["https://***@host/", "end"], File.ReadAllLines(log));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(log));
        Assert.True(File.Exists(Path.Combine(path, "late")));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_pool.Pool.Path, "logs", "running")));
        Assert.DoesNotContain("secret", _pool.Dump(), StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_told_what_it_runs_for()
    {
        Set("gitproc.env.PORT", "4000 + {number}");
        Set("gitproc.onAcquire", "cat; echo; echo $GITPROC_HOOK $GITPROC_REASON $GITPROC_LEASE $PORT $PWD &");
        var path = Acquire();
        Eventually.True(() => Events(EventKind.HookEnded).Count == 1);

        var said = File.ReadAllLines(Log());
        Assert.Contains("\"name\":\"checkout-1\"", said[0], StringComparison.Ordinal);
        Assert.Equal($"onAcquire new {_pool.List().Single().LeaseId} 4001 {path}", said[1]);
    }

    [Fact]
    public void One_that_fails_is_in_the_history()
    {
        Set("gitproc.onAcquire", "echo why; exit 7 &");
        Acquire();
        Eventually.True(() => Events(EventKind.HookFailed).Count == 1);

        Assert.StartsWith(
            "onAcquire (echo why; exit 7) failed with exit code 7 (after 0 s); its log is ",
            Event(EventKind.HookFailed).Why);
        Assert.Equal(["why"], File.ReadAllLines(Log()));
        Assert.Contains(
            "failed with exit code 7", Gitproc("history", "--checkout", "checkout-1").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void It_starts_after_those_that_the_acquire_waits_for()
    {
        Set("gitproc.onAcquire", $"cat first > '{Mark}' &");
        Set("gitproc.onAcquire", "sleep 0.3; echo yes > first");
        Set("gitproc.onCreate", "test -e first &");
        Acquire();
        Eventually.True(() => Events(EventKind.HookEnded).Count == 2);
        Assert.Equal("yes\n", File.ReadAllText(Mark));
    }

    [Fact]
    public void None_starts_in_a_checkout_that_is_given_back()
    {
        Set("gitproc.onCreate", $"echo started > '{Mark}' &");
        Set("gitproc.onAcquire", "exit 1");
        Assert.Equal(1, _pool.Program.Run(_pool.Home, "acquire", _pool.Source, "--hold").ExitCode);

        Assert.Empty(Events(EventKind.HookStarted));
        Assert.False(Directory.Exists(Path.Combine(_pool.Pool.Path, "logs")));
    }

    [Fact]
    public void A_release_ends_it_before_it_cleans()
    {
        Set("gitproc.onAcquire", $"sleep 600 & {Waiting} &");
        Set("gitproc.onRelease", "echo released");
        var path = Acquire();
        var hook = WaitForHook();
        var released = Gitproc("release", path);

        Assert.Contains("which still ran in the background of checkout-1, is ended", released.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("these still run in it", released.Error, StringComparison.Ordinal);
        Assert.False(ProcessTable.IsAlive(hook));
        Assert.Empty(CheckoutProcesses.Of(path));
        Assert.Equal(CheckoutState.Free, _pool.Find("checkout-1").State);
        Assert.Contains(
            "was ended, because the checkout was given back", Event(EventKind.HookFailed).Why, StringComparison.Ordinal);
        Assert.Empty(Events(EventKind.Rescued));
    }

    [Fact]
    public void The_next_holder_ends_it_when_the_owner_is_gone()
    {
        Set("gitproc.onAcquire", $"{Waiting} &");
        using var owner = Process.Start("sleep", "600");
        Gitproc(
            "acquire", _pool.Source, "--owner-pid", owner.Id.ToString(CultureInfo.InvariantCulture));
        var hook = WaitForHook();
        owner.Kill();
        owner.WaitForExit();
        Set("gitproc.onAcquire", "");

        Assert.Equal("checkout-1", Path.GetFileName(Acquire()));
        Assert.False(ProcessTable.IsAlive(hook));
        Assert.Single(_pool.List());
    }

    [Fact]
    public void A_reap_and_a_removal_end_it()
    {
        Set("gitproc.onAcquire", $"{Waiting} &");
        using var owner = Process.Start("sleep", "600");
        Gitproc(
            "acquire", _pool.Source, "--owner-pid", owner.Id.ToString(CultureInfo.InvariantCulture));
        var hook = WaitForHook();
        owner.Kill();
        owner.WaitForExit();
        Gitproc("reap");
        Assert.False(ProcessTable.IsAlive(hook));
        Assert.Equal(CheckoutState.Free, _pool.Find("checkout-1").State);

        File.Delete(Mark);
        Acquire();
        hook = WaitForHook();
        Gitproc("remove", "checkout-1", "--force");
        Assert.False(ProcessTable.IsAlive(hook));
        Assert.Empty(_pool.List());
    }

    [Fact]
    public void Its_time_is_limited()
    {
        Set("gitproc.hookTimeout", "1s");
        Set("gitproc.onAcquire", "sleep 600 &");
        Acquire();

        Eventually.True(() => Events(EventKind.HookFailed).Count == 1);
        Assert.Contains("ran for more than 1 s and was ended", Event(EventKind.HookFailed).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void One_whose_own_process_was_killed_is_ended_too()
    {
        Set("gitproc.onAcquire", $"{Waiting} &");
        var path = Acquire();
        var hook = WaitForHook();
        var runner = Ticket().Runner!.Value;
        Assert.Contains(DetachedProcess.Session(runner), entry => entry.Identity == hook);
        Process.GetProcessById(runner.Id).Kill();
        Eventually.True(() => !ProcessTable.IsAlive(runner));
        Assert.True(ProcessTable.IsAlive(hook));
        Eventually.True(
            () => !Event(EventKind.HookStarted).Why!.StartsWith("it still runs", StringComparison.Ordinal));

        var released = Gitproc("release", path);

        Assert.DoesNotContain("these still run in it", released.Error, StringComparison.Ordinal);
        Assert.False(ProcessTable.IsAlive(hook));
        Assert.Contains("was ended, because", Event(EventKind.HookFailed).Why, StringComparison.Ordinal);
        Assert.Equal(CheckoutState.Free, _pool.Find("checkout-1").State);
    }

    [Fact]
    public void One_that_was_killed_with_its_own_process_has_an_unknown_end()
    {
        Set("gitproc.onAcquire", $"{Waiting} &");
        var path = Acquire();
        WaitForHook();
        var runner = Ticket().Runner!.Value;
        foreach (var process in DetachedProcess.Session(runner))
            UnixSignal.Send(process.Identity, UnixSignal.Kill);
        Eventually.True(() => DetachedProcess.Session(runner).Count == 0);

        Assert.DoesNotContain("is ended", Gitproc("release", path).Error, StringComparison.Ordinal);
        Assert.Contains("has an unknown end", Event(EventKind.HookFailed).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_has_not_begun_yet_never_begins()
    {
        Acquire();
        var ticket = WriteTicket(_pool.Find("checkout-1").LeaseId);

        Assert.DoesNotContain("is ended", Gitproc("release", "checkout-1").Error, StringComparison.Ordinal);
        _pool.Pool.Checkouts.RunHook(ticket.Name);

        Assert.EndsWith(" did not begin before the checkout was given back", Event(EventKind.HookFailed).Why);
        Assert.False(File.Exists(Mark));
    }

    [Fact]
    public void One_that_ignores_SIGTERM_is_killed()
    {
        Set("gitproc.onAcquire", $"trap '' TERM; {Waiting} &");
        var path = Acquire();
        var hook = WaitForHook();
        var released = Gitproc("release", path);

        Assert.Contains("checkout-1 is free", released.Error, StringComparison.Ordinal);
        Assert.False(ProcessTable.IsAlive(hook));
        Assert.Contains(
            "was ended, because the checkout was given back", Event(EventKind.HookFailed).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void It_does_not_begin_when_its_lease_is_over()
    {
        Acquire();
        var ticket = WriteTicket("another");

        _pool.Pool.Checkouts.RunHook(ticket.Name);
        _pool.Pool.Checkouts.RunHook(ticket.Name);

        Assert.False(File.Exists(Mark));
        Assert.Empty(HookTicket.All(new PoolFolder(_pool.Pool.Path)));
    }

    [Theory]
    [InlineData("gitproc.onRelease")]
    [InlineData("gitproc.onRemove")]
    public void None_runs_in_the_background_when_the_files_are_about_to_go(string name)
    {
        Set(name, $"sleep 0.2; echo waited > '{Mark}' &");
        var path = Acquire();
        var ended = Gitproc("release", path).Error + Gitproc("remove", "checkout-1").Error;

        Assert.True(File.Exists(Mark));
        Assert.Contains($"{name} ends with &", ended, StringComparison.Ordinal);
        Assert.Contains(
            $"{name} ends with &", _pool.Program.Run(_pool.Home, "doctor").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkout_that_is_made_ready_for_nobody_waits_for_it()
    {
        Set("gitproc.onCreate", $"sleep 0.2; echo made > '{Mark}' &");
        Gitproc("warm", _pool.Source, "--count", "1");
        Assert.True(File.Exists(Mark));
        Assert.Empty(Events(EventKind.HookStarted));
    }

    [Fact]
    public void Logs_go_with_their_events()
    {
        Set("gitproc.onAcquire", "echo text &");
        var path = Acquire();
        Eventually.True(() => Events(EventKind.HookEnded).Count == 1);
        Gitproc("repair");
        Assert.True(File.Exists(Log()));
        var log = Log();
        Gitproc("release", path);
        _pool.Execute("DELETE FROM event WHERE kind <> 4");

        Gitproc("repair");

        Assert.False(File.Exists(log));
    }

    [Theory]
    [InlineData("npm ci &", "npm ci", true)]
    [InlineData("npm ci&  ", "npm ci", true)]
    [InlineData("a && b &", "a && b", true)]
    [InlineData("npm ci", "npm ci", false)]
    [InlineData("a &&", "a &&", false)]
    [InlineData("echo \\&", "echo \\&", false)]
    [InlineData("&", "&", false)]
    public void It_is_marked_as_in_a_shell(string value, string command, bool isInBackground)
    {
        var hook = new Hook(HookMoment.Acquire, new UserSetting(null, value));
        Assert.Equal((command, isInBackground), (hook.Command, hook.IsInBackground));
    }

    // Of a hook for which no process was started.
    private HookTicket WriteTicket(string? leaseId)
    {
        var folder = new PoolFolder(_pool.Pool.Path);
        folder.CreateLogs();
        var call = new HookCall
        {
            Name = "onAcquire",
            Command = $"echo late > '{Mark}'",
            Checkout = folder.Checkout("checkout-1"),
            Told = "",
        };
        var ticket = new HookTicket("checkout-1", 4711, call, leaseId, "me", TimeSpan.FromMinutes(1));
        ticket.Write(folder);
        return ticket;
    }

    private ProcessIdentity WaitForHook()
    {
        Eventually.True(() => File.Exists(Mark));
        return ProcessTable.Find(int.Parse(File.ReadAllText(Mark), CultureInfo.InvariantCulture))!.Identity;
    }

    private HookTicket Ticket() => HookTicket.All(new PoolFolder(_pool.Pool.Path)).Single();

    private string Log() => Path.Combine(_pool.Pool.Path, "logs", $"{Event(EventKind.HookStarted).Id}.log");

    private HistoryEvent Event(EventKind kind) => Events(kind).Single();

    private List<HistoryEvent> Events(EventKind kind) =>
        [
            .. _pool.Pool.Leases.ListHistory(new HistoryRequest { WorkingDirectory = _pool.Home })
                .Where(one => one.Kind == kind),
        ];

    private void Set(string name, string value) =>
        TestGit.Run(_pool.Home, "config", "--file", Path.Combine(_pool.Home, ".gitconfig"), "--add", name, value);

    private string Acquire() => Gitproc("acquire", _pool.Source, "--hold").Output.Trim();

    private GitprocProgram.Result Gitproc(params string[] arguments)
    {
        var result = _pool.Program.Run(_pool.Home, arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }
}
