using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gitproc.Pools;
using Gitproc.Processes;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Remote;

/// <summary>
/// Runs a command in a checkout of another machine, or acquires or releases one there, by the gitproc there. An object
/// does one of these once.
/// </summary>
/// <param name="host">The machine, as ssh knows it.</param>
/// <param name="ssh">The program that connects, and its first arguments.</param>
/// <param name="reports">Told what ssh and the machine report; null for nobody.</param>
public sealed class RemoteMachine(string host, IReadOnlyList<string> ssh, IProgress<PoolReport>? reports)
{
    private const int SshFailed = 255;
    private const int MaxShown = 300;

    // The machine ends a connection at once. ssh may wait for others that share it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private string? _shownHost;
    private readonly object _lock = new();
    private RemoteConnection? _connection;
    private StreamSender? _input;
    private Process? _process;
    private string? _lastLine;
    private bool _isInterrupted;
    private bool _isSilent;
    private bool _isOver;

    /// <summary>What it is called in messages; its host by default.</summary>
    public string? Name { get; init; }

    /// <summary>True if it is asked as a machine of the fleet, and may refuse.</summary>
    public bool IsOfFleet { get; init; }

    /// <summary>
    /// Counts as Ctrl+C. If it can be cancelled, the signals that this process gets are not for the command.
    /// </summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>True if the machine cannot be used where there is no program of the command's name.</summary>
    public bool NeedsProgram { get; init; }

    /// <summary>The checkout there; null until the machine has acquired or released it.</summary>
    public Checkout? Checkout { get; private set; }

    /// <summary>True if something was done there, so that another machine must not do it too.</summary>
    internal bool HasStarted { get; private set; }

    private string ShownHost => _shownHost ??= PrintableText.Of(Name ?? host);

    /// <summary>Runs a command in a checkout, which is released when it ends.</summary>
    /// <param name="request">What to acquire there.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="variables">Variables of this machine that the command gets.</param>
    /// <param name="streams">Opens standard input, output or error output, when the command uses it.</param>
    /// <returns>The exit code of the command, or the one that says why it did not run.</returns>
    /// <exception cref="GitprocException">The machine cannot be reached or used, or refuses.</exception>
    /// <exception cref="OperationCanceledException">The user ended it before the command ran.</exception>
    public int Run(
        AcquireRequest request,
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string> variables,
        Func<int, Stream> streams)
    {
        var exitCode = Ask(
            new RemoteRequest
            {
                Protocol = Handshake.Protocol,
                Acquire = request,
                Command = command,
                Variables = variables,
            },
            streams,
            use: null);
        return exitCode == CheckoutCommand.NotFound && NeedsProgram && !HasStarted
            ? throw new GitprocException(
                ErrorReason.MachineNotUsable, $"{ShownHost} has no {command[0]} on the PATH that ssh gives.", host)
            : exitCode;
    }

    /// <summary>Acquires a checkout, which is held until it is released or expires.</summary>
    /// <param name="request">What to acquire there. If its terms have no duration, those of the machine count.</param>
    /// <param name="use">Gets the checkout. If this throws, or the process ends, the checkout is released.</param>
    /// <exception cref="GitprocException">The machine cannot be reached or used, or refuses.</exception>
    /// <exception cref="OperationCanceledException">The user ended it.</exception>
    public void Acquire(AcquireRequest request, Action<Checkout> use) =>
        Ask(new RemoteRequest { Protocol = Handshake.Protocol, Acquire = request }, streams: null, use);

    /// <summary>Releases a checkout, and cleans it.</summary>
    /// <param name="request">Which. It is looked up there.</param>
    /// <returns>The checkout.</returns>
    /// <exception cref="GitprocException">The machine cannot be reached or used, or refuses.</exception>
    /// <exception cref="OperationCanceledException">The user ended it.</exception>
    public Checkout Release(ReleaseRequest request)
    {
        Ask(new RemoteRequest { Protocol = Handshake.Protocol, Release = request }, streams: null, use: null);
        return Checkout ?? throw NoProtocol("it sends no checkout");
    }

    /// <param name="streams">Opens the streams of the command; null if there is none.</param>
    /// <param name="use">Gets the checkout before the machine may keep it; null if nobody has to.</param>
    private int Ask(RemoteRequest request, Func<int, Stream>? streams, Action<Checkout>? use)
    {
        var sent = RemoteJson.Write(FrameKind.Request, request, RemoteJson.Default.RemoteRequest);
        if (sent.Content.Length > Frame.MaxLength)
        {
            throw new GitprocException(
                ErrorReason.MachineNotUsable, "The command and its variables are too long to be sent.", host);
        }

        using var process = Start();
        using IDisposable signals =
            Cancellation.CanBeCanceled ? Cancellation.Register(() => Take(ProcessSignals.SigInt)) : Listen();
        try
        {
            var errors = new Thread(() => Relay(process.StandardError)) { IsBackground = true };
            errors.Start();
            Greet(process, errors);
            using var connection = new RemoteConnection(
                process.StandardOutput.BaseStream, process.StandardInput.BaseStream, LoseSilent);
            lock (_lock)
                _connection = connection;
            Tell(null);
            connection.Send(sent);
            return Serve(connection, streams, use);
        }
        finally
        {
            End(process);
        }
    }

    private Process Start()
    {
        var program = ssh[0].AsSpan().ContainsAny('/', Path.DirectorySeparatorChar) ? ssh[0] : ProgramPath.Find(ssh[0]);
        if (host.Length == 0 || host[0] == '-' || host.Any(char.IsControl))
        {
            throw new GitprocException(
                ErrorReason.MachineNotReachable, $"'{host}' is no machine that ssh could reach.", host);
        }

        // Where another machine would do as well, one that is away does not hold up.
        string[] options = IsOfFleet ? ["-o", "ConnectTimeout=10", "-T"] : ["-T"];
        string[] command = ["gitproc", "remote", .. IsOfFleet ? ["--fleet"] : Array.Empty<string>()];
        string[] arguments = [.. ssh.Skip(1), .. options, "--", host, string.Join(' ', command)];
        // The terminal sends Ctrl+C to ssh too, which would end at once. ssh leaves a signal ignored that it finds
        // ignored (clientloop.c, client_loop).
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(program ?? ssh[0], arguments)
            : new ProcessStartInfo(
                "/bin/sh", ["-c", "trap '' INT QUIT HUP; exec \"$@\"", "sh", program ?? ssh[0], .. arguments]);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        start.StandardErrorEncoding = new UTF8Encoding(false);
        start.CreateNoWindow = SharedConsole.IsMissing;
        if (program is null || !ProgramPath.IsExecutable(program))
        {
            throw new GitprocException(
                ErrorReason.MachineNotReachable,
                $"There is no program {ssh[0]}, by which other machines are reached (gitproc.ssh).",
                ssh[0]);
        }

        return _process = OperatingSystem.IsWindows() ? SharedConsole.StartDeaf(start) : Process.Start(start)!;
    }

    // What precedes the first frame.
    private void Greet(Process process, Thread errors)
    {
        var protocol = Handshake.Read(process.StandardOutput.BaseStream, out var before);
        lock (_lock)
        {
            if (_isInterrupted)
                throw new OperationCanceledException();
        }

        if (protocol is not null)
            return;
        var hasEnded = process.WaitForExit(Patience);
        errors.Join(Patience);
        var said = _lastLine ?? before.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault();
        var quoted = said is null ? "" : $" It said: {said[..Math.Min(said.Length, MaxShown)]}";
        throw (hasEnded ? process.ExitCode : 0) switch
        {
            SshFailed => new GitprocException(
                ErrorReason.MachineNotReachable, $"ssh does not reach {ShownHost}.{quoted}", host),
            CheckoutCommand.NotFound => new GitprocException(
                ErrorReason.MachineNotUsable,
                $"{ShownHost} has no gitproc on the PATH that ssh gives.{quoted}",
                host),
            _ => new GitprocException(
                ErrorReason.MachineNotUsable,
                $"No gitproc of {ShownHost} answers: there is none, or it is too old.{quoted}",
                host),
        };
    }

    private int Serve(RemoteConnection connection, Func<int, Stream>? streams, Action<Checkout>? use)
    {
        var input = new StreamSender(0, connection);
        var outputs = new[] { new StreamReceiver(1, connection), new StreamReceiver(2, connection) };
        try
        {
            while (connection.Receive() is { } frame)
            {
                if (Handle(frame) is { } exitCode)
                    return exitCode;
            }
        }
        catch (InvalidDataException e)
        {
            throw NoProtocol(e.Message);
        }
        finally
        {
            lock (_lock)
                _isOver = true;
            foreach (var output in outputs)
            {
                output.End();
                output.WaitUntilWritten();
            }
        }

        throw new GitprocException(
            ErrorReason.ConnectionLost,
            (_isSilent
                ? $"{ShownHost} has said nothing for {RemoteConnection.MaxSilence.TotalSeconds} s."
                : $"The connection to {ShownHost} has ended.") + (streams is null ? "" : " It ends the command."),
            host);

        int? Handle(Frame frame)
        {
            switch (frame.Kind)
            {
                case FrameKind.Started when streams is not null && _input is null:
                    _input = input;
                    HasStarted = true;
                    outputs[0].Start(streams(1));
                    outputs[1].Start(streams(2));
                    input.Start(streams(0));
                    break;
                case FrameKind.Data:
                    Output(frame).Add(frame.Data);
                    break;
                case FrameKind.End:
                    Output(frame).End();
                    break;
                case FrameKind.Credit when frame.Stream == 0:
                    input.AddCredit(frame.Number);
                    break;
                case FrameKind.Closed when frame.Stream == 0:
                    input.Close();
                    break;
                case FrameKind.Checkout when Checkout is null:
                    Checkout = Read(frame);
                    HasStarted = streams is null;
                    use?.Invoke(Checkout);
                    connection.Send(new Frame(FrameKind.Taken, default));
                    break;
                case FrameKind.Report:
                    Show(RemoteJson.Read(frame, RemoteJson.Default.RemoteReport));
                    break;
                case FrameKind.Exit:
                    return frame.Number;
                case FrameKind.Error:
                    throw Translate(RemoteJson.Read(frame, RemoteJson.Default.RemoteError));
                default:
                    throw Frame.Broken($"it sends {(int)frame.Kind}");
            }

            return null;
        }

        StreamReceiver Output(Frame frame) => _input is not null && frame.Stream is 1 or 2
            ? outputs[frame.Stream - 1]
            : throw Frame.Broken($"there is no output {frame.Stream}");
    }

    private GitprocException NoProtocol(string why) => new(
        ErrorReason.MachineNotUsable, $"The gitproc of {ShownHost} does not keep to the protocol: {why}.", host);

    // A machine does not know what it is called here.
    private Checkout Read(Frame frame)
    {
        try
        {
            if (JsonNode.Parse(frame.Content.Span) is JsonObject json)
            {
                (json["machine"], json["host"]) = (Name ?? host, host);
                if (json.Deserialize(ModelJson.Default.Checkout) is { Path: { } path, Name: { } name } checkout
                    && !path.Concat(name).Any(char.IsControl))
                {
                    return checkout;
                }
            }
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // It is no checkout.
        }

        throw Frame.Broken("Checkout cannot be read");
    }

    private Exception Translate(RemoteError error)
    {
        lock (_lock)
        {
            if (_isInterrupted && error.Reason is null)
                return new OperationCanceledException();
        }

        return new GitprocException(
            Enum.TryParse<ErrorReason>(error.Reason, out var reason) && Enum.IsDefined(reason)
                ? reason
                : ErrorReason.MachineNotUsable,
            $"{ShownHost}: {error.Message}",
            host);
    }

    // What is a part of one line on the terminal stays short.
    private void Show(RemoteReport report) => reports?.Report(
        new PoolReport(
            report.Kind,
            report.Kind is ReportKind.Step or ReportKind.Progress or ReportKind.StepEnd
                ? report.Text
                : $"{ShownHost}: {report.Text}",
            report.Percent)
        {
            Brief = report.Brief is { } brief ? PrintableText.Of(brief) : null,
        });

    // What the other side prints beside the frames is shown line by line, so that the terminal obeys nothing in it.
    private void Relay(StreamReader lines)
    {
        var line = new StringBuilder();
        for (var next = lines.Read(); next >= 0; next = lines.Read())
        {
            if (next == '\n')
                Say();
            else if (line.Length < MaxShown)
                line.Append((char)next);
        }

        Say();

        void Say()
        {
            var text = line.ToString().Trim();
            line.Clear();
            if (text.Length > 0)
                Tell(text);
        }
    }

    // The last line before the machine answers becomes part of the error if it does not.
    private void Tell(string? line)
    {
        lock (_lock)
        {
            if (_lastLine is not null)
                reports?.Report(new PoolReport(ReportKind.Notice, $"ssh: {PrintableText.Of(_lastLine)}"));
            _lastLine = line;
            if (line is not null && _connection is not null)
                Tell(null);
        }
    }

    // True if the signal goes to the command. When that has ended, it ends this process.
    private bool Take(byte signal)
    {
        lock (_lock)
        {
            _isInterrupted = true;
            if (_connection is null)
                Kill(_process!);
            else if (!_isOver)
                _connection.Send(new Frame(FrameKind.Signal, new[] { signal }));
            return !_isOver;
        }
    }

    private void LoseSilent()
    {
        _isSilent = true;
        Kill(_process!);
    }

    private static void End(Process process)
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // ssh has ended.
        }

        if (!process.WaitForExit(Patience))
            Kill(process);
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended.
        }
    }

    // The signals that are for the command, by their numbers of POSIX.
    private ProcessSignals Listen() => new(
        signal => Take(ProcessSignals.NumberOf(signal)),
        PosixSignal.SIGHUP,
        PosixSignal.SIGINT,
        PosixSignal.SIGQUIT,
        PosixSignal.SIGTERM);
}
