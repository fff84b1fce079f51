using System.Diagnostics;
using System.Text.Json;
using Gitproc.Interop;
using Gitproc.Pools;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Remote;

/// <summary>
/// Serves one request of another machine: acquires a checkout here, runs the command in it, and releases it. If the
/// caller is gone, the command and all it started are ended. Or acquires a checkout that is held, or releases one.
/// </summary>
/// <remarks>
/// The main thread acquires, waits for the command and releases. Another one receives frames. The lease is owned by
/// this process, and by the command as long as that runs, as with a local <c>gitproc run</c>.
/// </remarks>
public sealed class RemoteService : IProgress<PoolReport>, IDisposable
{
    // The command may flush what it has. Then it is killed.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // A process that the command left behind may keep its output open. What it says later is lost.
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(2);

    // No process shows that the caller is still there, so it is short.
    private static readonly TimeSpan DefaultHold = TimeSpan.FromHours(1);

    private readonly RemoteConnection _connection;
    private readonly StreamReceiver _input;
    private readonly StreamSender _output;
    private readonly StreamSender _errorOutput;
    private readonly CancellationTokenSource _cancelling = new();
    private readonly CancellationTokenSource _gone = new();
    private readonly ManualResetEventSlim _taken = new();
    private readonly object _lock = new();
    private int _command;
    private bool _hasStarted;

    private RemoteService(Stream input, Stream output)
    {
        _connection = new RemoteConnection(input, output, Lose);
        _input = new StreamReceiver(0, _connection);
        _output = new StreamSender(1, _connection);
        _errorOutput = new StreamSender(2, _connection);
    }

    /// <summary>Serves the request that comes.</summary>
    /// <param name="open">Opens the pool of this machine. It gets who is told of its reports.</param>
    /// <param name="isOfFleet">True to do only what this machine allows to others of the fleet.</param>
    public static void Serve(Stream input, Stream output, Func<IProgress<PoolReport>, Pool> open, bool isOfFleet)
    {
        // Ctrl+C is for the group of this process, which has nobody else in it then.
        DetachedProcess.Leave();
        Handshake.Write(output);
        using var service = new RemoteService(input, output);
        service.Answer(open, isOfFleet);
        service._connection.Flush();
    }

    /// <inheritdoc/>
    // Not what can be cancelled: the thread that receives may do that until the process ends.
    public void Dispose() => _connection.Dispose();

    /// <summary>Sends a report to the caller.</summary>
    public void Report(PoolReport value) => _connection.Send(RemoteJson.Write(
        FrameKind.Report,
        new RemoteReport(value.Kind, value.Text, value.Percent, value.Brief),
        RemoteJson.Default.RemoteReport));

    private void Answer(Func<IProgress<PoolReport>, Pool> open, bool isOfFleet)
    {
        try
        {
            if (_connection.Receive() is not { } first)
                return;
            if (first.Kind != FrameKind.Request)
                throw Frame.Broken("no request came");
            var request = RemoteJson.Read(first, RemoteJson.Default.RemoteRequest);
            new Thread(Receive) { IsBackground = true }.Start();
            var pool = open(this);
            var settings = pool.Fleet.Settings(_cancelling.Token);
            if (isOfFleet && !settings.Fleet.Allows("run"))
            {
                throw new GitprocException(
                    ErrorReason.MachineRefuses,
                    "This machine lets nobody of the fleet run commands. Its user can allow it: "
                        + "git config --global --add gitproc.allow run");
            }

            var exitCode = request switch
            {
                { Release: { } release } => Release(release, pool),
                { Acquire: { } acquire, Command.Count: > 0 } => Run(request, acquire, pool),
                { Acquire: { } acquire } => Hold(acquire, settings.LeaseDuration, pool),
                _ => throw Frame.Broken("the request asks for nothing"),
            };
            _connection.Send(Frame.Of(FrameKind.Exit, [], exitCode));
        }
        catch (GitprocException e)
        {
            Tell(e.Reason, e.Message);
        }
        catch (OperationCanceledException)
        {
            // The caller knows.
            Tell(null, "It was interrupted.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Tell(null, e.Message);
        }
    }

    private void Tell(ErrorReason? reason, string message) => _connection.Send(RemoteJson.Write(
        FrameKind.Error, new RemoteError(reason?.ToString(), message), RemoteJson.Default.RemoteError));

    private int Release(ReleaseRequest request, Pool pool)
    {
        Send(pool.Leases.Release(
            request with { WorkingDirectory = Environment.CurrentDirectory }, _cancelling.Token));
        return 0;
    }

    // This process owns the lease until the caller says that it has the checkout.
    private int Hold(AcquireRequest request, TimeSpan? duration, Pool pool)
    {
        var terms = request.Terms;
        var checkout = Acquire(
            request with { Terms = terms with { ExpiresAfter = terms.ExpiresAfter ?? duration ?? DefaultHold } }, pool);
        if (WaitHandle.WaitAny([_taken.WaitHandle, _cancelling.Token.WaitHandle]) == 0)
        {
            pool.Leases.Renew(new RenewRequest
            {
                Checkout = checkout.Name,
                LeaseId = checkout.LeaseId,
                WorkingDirectory = checkout.Path,
                Hold = true,
            });
            return 0;
        }

        pool.Leases.Release(
            new ReleaseRequest
            {
                Checkout = checkout.Name,
                LeaseId = checkout.LeaseId,
                WorkingDirectory = Environment.CurrentDirectory,
            },
            CancellationToken.None);
        throw new OperationCanceledException();
    }

    private void Send(Checkout checkout) => _connection.Send(new Frame(
        FrameKind.Checkout, JsonSerializer.SerializeToUtf8Bytes(checkout, ModelJson.Default.Checkout)));

    private Checkout Acquire(AcquireRequest request, Pool pool)
    {
        var checkout = pool.Acquiring.Acquire(
            request with
            {
                WorkingDirectory = Environment.CurrentDirectory,
                Count = 1,
                Terms = request.Terms with { Owner = LeaseOwner.OfProcess(Environment.ProcessId) },
            },
            _cancelling.Token)[0];
        Send(checkout);
        return checkout;
    }

    private int Run(RemoteRequest request, AcquireRequest acquire, Pool pool)
    {
        var command = new CheckoutCommand(
            pool, request.Command, text => Report(new PoolReport(ReportKind.Warning, text)));
        if (!command.MayBeThere())
            return CheckoutCommand.NotFound;
        var checkout = Acquire(acquire, pool);
        using var passing = new SignalPassing();
        return command.Run(checkout, Environment.CurrentDirectory, Prepare, Wait);

        void Prepare(ProcessStartInfo start)
        {
            (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) =
                (true, true, true);
            start.CreateNoWindow = SharedConsole.IsMissing;
            foreach (var (name, value) in request.Variables)
                start.Environment[name] = value;
        }

        void Wait(Process process)
        {
            passing.To(process.Id);
            Relay(process);
        }
    }

    private void Relay(Process process)
    {
        _connection.Send(new Frame(FrameKind.Started, default));
        _input.Start(process.StandardInput.BaseStream);
        _output.Start(process.StandardOutput.BaseStream);
        _errorOutput.Start(process.StandardError.BaseStream);
        lock (_lock)
            (_command, _hasStarted) = (process.Id, true);
        // Whatever came while it started.
        if (_gone.IsCancellationRequested)
            EndCommand(process.Id);
        else if (_cancelling.IsCancellationRequested)
            Pass(process.Id, ProcessSignals.SigInt);
        process.WaitForExit();
        lock (_lock)
            _command = 0;
        _output.WaitUntilSent(MaxPause, _gone.Token);
        _errorOutput.WaitUntilSent(MaxPause, _gone.Token);
    }

    private void Receive()
    {
        try
        {
            while (_connection.Receive() is { } frame)
                Handle(frame);
        }
        catch (InvalidDataException e)
        {
            Tell(ErrorReason.MachineNotUsable, $"The caller does not keep to the protocol: {e.Message}.");
        }

        Lose();
    }

    private void Handle(Frame frame)
    {
        switch (frame.Kind)
        {
            case FrameKind.Data when frame.Stream == 0:
                _input.Add(frame.Data);
                break;
            case FrameKind.End when frame.Stream == 0:
                _input.End();
                break;
            case FrameKind.Credit:
                Sender(frame).AddCredit(frame.Number);
                break;
            case FrameKind.Closed:
                Sender(frame).Close();
                break;
            case FrameKind.Taken:
                _taken.Set();
                break;
            case FrameKind.Signal when frame.Stream is ProcessSignals.SigHup or ProcessSignals.SigInt
                or ProcessSignals.SigQuit or ProcessSignals.SigTerm:
                Take(frame.Stream);
                break;
            default:
                throw Frame.Broken($"it sends {(int)frame.Kind}");
        }
    }

    private StreamSender Sender(Frame frame) => frame.Stream switch
    {
        1 => _output,
        2 => _errorOutput,
        var other => throw Frame.Broken($"there is no output {other}"),
    };

    // Before the command runs, a signal ends the acquire. Afterwards the checkout is released, which is finished.
    private void Take(int signal)
    {
        lock (_lock)
        {
            if (_command != 0)
                Pass(_command, signal);
            else if (!_hasStarted)
                _cancelling.Cancel();
        }
    }

    // A terminal sends Ctrl+C to all processes of the command, and a request to end is for the command alone.
    private static void Pass(int command, int signal)
    {
        if (OperatingSystem.IsWindows())
            EndCommand(command);
        else
            _ = LibC.Kill(signal is ProcessSignals.SigInt or ProcessSignals.SigQuit ? 0 : command, signal);
    }

    private void Lose()
    {
        _connection.GiveUp();
        int command;
        lock (_lock)
        {
            _gone.Cancel();
            _cancelling.Cancel();
            command = _command;
        }

        if (command != 0)
            EndCommand(command);
    }

    // A process may start another one while it is ended, so this looks again.
    private static void EndCommand(int command)
    {
        var self = ProcessTable.Find(Environment.ProcessId)!;
        for (var left = 10; left > 0; left--)
        {
            var members = DetachedProcess.Session(self.Identity).Concat(ProcessTable.Descent(command))
                .Where(entry => entry.Identity != self.Identity)
                .DistinctBy(entry => entry.Identity)
                .ToList();
            if (members.Count == 0)
                return;
            ProcessEnding.End(members, Patience, CancellationToken.None);
        }
    }
}
