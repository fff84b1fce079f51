using System.Collections.Concurrent;
using System.IO.Pipes;
using Gitproc.Pools;
using Gitproc.Remote;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.PowerShell;

/// <summary>
/// A pwsh that runs in a checkout of another machine as <c>gitproc run</c> runs a command there, and the pipe through
/// which this PowerShell reaches it.
/// </summary>
/// <remarks>
/// PowerShell's remoting over ssh speaks over standard input and output of such a pwsh (about_Pwsh, -SSHServerMode), as
/// it does over a named pipe. So the pipe takes the place of the ssh that <c>New-PSSession -HostName</c> would start.
/// </remarks>
internal sealed class MachineSession : IProgress<PoolReport>, IDisposable
{
    private static readonly string[] Program = ["pwsh", "-SSHServerMode", "-NoLogo", "-NoProfile"];

    // A pwsh ends at once when its input ends, unless what it runs hangs.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestConnecting = TimeSpan.FromMinutes(1);

    private readonly BlockingCollection<PoolReport> _reports = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly ManualResetEventSlim _hasStarted = new();
    private readonly NamedPipeServerStream _pipe;
    private readonly Task _connecting;
    private readonly Task _running;
    private RemoteMachine? _machine;
    private volatile bool _hasOpened;
    private bool _isTold;

    /// <summary>Begins to acquire, and to run pwsh.</summary>
    /// <param name="choose">Chooses the machine. It gets who is told of reports, and what counts as Ctrl+C.</param>
    public MachineSession(
        Func<IProgress<PoolReport>, CancellationToken, MachineChoice> choose, AcquireRequest request)
    {
        // The path of a socket has at most 103 bytes.
        PipeName = $"gitproc-{Guid.NewGuid():N}"[..24];
        _pipe = new NamedPipeServerStream(
            PipeName,
            PipeDirection.InOut,
            maxNumberOfServerInstances: 1,
            PipeTransmissionMode.Byte,
            PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        _connecting = _pipe.WaitForConnectionAsync();
        var choice = choose(this, _ending.Token);
        _running = Task.Factory.StartNew(
            () => choice.Use(request, Run),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    /// <summary>The name of the pipe.</summary>
    public string PipeName { get; }

    /// <summary>Waits until pwsh runs.</summary>
    /// <param name="shown">Is told of the reports, on the calling thread.</param>
    /// <returns>The checkout that it runs in.</returns>
    /// <exception cref="GitprocException">It does not; the reason says why.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Checkout Open(IProgress<PoolReport> shown)
    {
        Show(shown, () => _hasStarted.IsSet);
        if (!_hasStarted.IsSet)
            throw Unusable();
        return _machine!.Checkout!;
    }

    /// <summary>Makes the error for a pwsh that does not answer.</summary>
    public GitprocException Unusable()
    {
        _isTold = true;
        if (_running.IsFaulted)
            _running.GetAwaiter().GetResult();
        var name = _machine?.Checkout?.Machine;
        return new GitprocException(
            ErrorReason.MachineNotUsable,
            $"The pwsh of {PrintableText.Of(name ?? "the machine")} does not answer as PowerShell 7 does.",
            name);
    }

    /// <summary>Gives up what has not begun. A session that has opened is stopped by PowerShell.</summary>
    public void Cancel()
    {
        if (!_hasStarted.IsSet)
            _ending.Cancel();
        else if (!_hasOpened)
            _pipe.Dispose();
    }

    /// <summary>PowerShell speaks to the other one.</summary>
    public void HasOpened() => _hasOpened = true;

    /// <summary>Ends pwsh, and waits until the checkout is released.</summary>
    /// <param name="shown">Is told of the reports, on the calling thread.</param>
    /// <exception cref="GitprocException">The connection was lost.</exception>
    public void Close(IProgress<PoolReport> shown)
    {
        Cancel();
        _pipe.Dispose();
        var since = Environment.TickCount64;
        Show(shown, () => Environment.TickCount64 - since > Patience.TotalMilliseconds);
        _ending.Cancel();
        Show(shown, () => false);
        if (_running.IsFaulted && !_isTold)
            _running.GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    void IProgress<PoolReport>.Report(PoolReport value) => _reports.Add(value);

    /// <inheritdoc/>
    public void Dispose()
    {
        _pipe.Dispose();
        _ending.Cancel();
    }

    private int Run(RemoteMachine machine, AcquireRequest request)
    {
        _machine = machine;
        return machine.Run(request, Program, new Dictionary<string, string>(), OpenStream);
    }

    private Stream OpenStream(int number)
    {
        if (number == 2)
            return Warnings();
        _hasStarted.Set();
        try
        {
            // Whoever waits for the start connects at once.
            return _connecting.Wait(LongestConnecting) ? _pipe : Stream.Null;
        }
        catch (AggregateException)
        {
            // It was closed instead.
            return Stream.Null;
        }
    }

    // What pwsh itself says, for example why it cannot start.
    private AnonymousPipeClientStream Warnings()
    {
        var said = new AnonymousPipeServerStream(PipeDirection.In);
        var reading = new Thread(() =>
        {
            using var lines = new StreamReader(said);
            while (lines.ReadLine() is { } line)
                _reports.Add(new PoolReport(ReportKind.Warning, PrintableText.Of(line)));
        });
        reading.IsBackground = true;
        reading.Start();
        return new AnonymousPipeClientStream(PipeDirection.Out, said.ClientSafePipeHandle);
    }

    // Until something is true, or the run has ended.
    private void Show(IProgress<PoolReport> shown, Func<bool> until)
    {
        while (!until() && !_running.IsCompleted)
        {
            if (_reports.TryTake(out var report, millisecondsTimeout: 20))
                shown.Report(report);
        }

        while (_reports.TryTake(out var report))
            shown.Report(report);
    }
}
