using System.IO.Pipes;
using System.Text;
using System.Text.Json;
using Gitproc.Agent.Fleet;
using Gitproc.Agents;
using Gitproc.Fleet;
using Gitproc.Pools;
using Gitproc.Reports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gitproc.Agent;

/// <summary>Answers commands of this machine, which come over <see cref="AgentSocket"/>.</summary>
/// <remarks>
/// A request is one line of JSON. Answers follow, one a line. The peer is a process of the same user. What is no
/// request gets an error.
/// </remarks>
internal sealed partial class AgentServer(
    Pool pool, OnlyAgent only, FleetLoop fleet, SlotWaiters waiters, Grants grants, ILogger<AgentServer> log)
    : BackgroundService
{
    private const int MaxLine = 64 * 1024;

    // On Windows each waits for one peer, and who comes when none waits takes it that there is no agent.
    private static readonly int Listeners = OperatingSystem.IsWindows() ? 4 : 1;

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMinutes(1);

    // Those who ask at once share the sessions of the fleet's database. A thread that waits for one is lost to others.
    private readonly SemaphoreSlim _asking = new(3);

    private readonly Placing _placing = new(fleet);

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _asking.Dispose();
        _placing.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await only.WaitAsync(stoppingToken);
        await Task.WhenAll(Enumerable.Range(0, Listeners).Select(_ => ListenAsync(stoppingToken)));
    }

    private async Task ListenAsync(CancellationToken stopping)
    {
        NamedPipeServerStream? pipe = null;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                pipe ??= Open();
                await pipe.WaitForConnectionAsync(stopping);
                var connected = pipe;
                pipe = null;
                try
                {
                    // Before this one is served: on Unix, the last one that closes sends away all who wait.
                    pipe = Open();
                }
                finally
                {
                    _ = ServeAsync(connected, stopping);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or UnauthorizedAccessException)
            {
                if (pipe is null)
                    await PauseAsync(e, stopping);
                else
                    await pipe.DisposeAsync();
                pipe = null;
            }
        }

        if (pipe is not null)
            await pipe.DisposeAsync();
    }

    private NamedPipeServerStream Open() => new(
        AgentSocket.NameOf(pool.Fleet.Folder),
        PipeDirection.InOut,
        NamedPipeServerStream.MaxAllowedServerInstances,
        PipeTransmissionMode.Byte,
        PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);

    // Somebody else has taken the name. The agent does the rest of its work meanwhile.
    private async Task PauseAsync(Exception error, CancellationToken stopping)
    {
        LogClosed(error);
        await Task.Delay(BetweenTries, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ServeAsync(NamedPipeServerStream pipe, CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await using (pipe)
        {
            try
            {
                if (await ReadLineAsync(pipe, end.Token) is not { } line)
                    return;
                // A peer says nothing more. If its end is closed, it is gone.
                var leaving = WaitForEndAsync(pipe, end);
                await AnswerAsync(line, text => WriteLineAsync(pipe, text, end.Token), end.Token);
                await end.CancelAsync();
                await leaving;
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The peer has ended, or the agent ends.
            }
            catch (Exception e)
            {
                LogFailure(e);
            }
        }

        fleet.Wake();
    }

    private async Task AnswerAsync(string line, Func<string, Task> write, CancellationToken cancellationToken)
    {
        try
        {
            using var request = JsonDocument.Parse(line);
            switch (request.RootElement.GetProperty("do").GetString())
            {
                case "slots":
                    await new SlotAsking(pool, fleet, waiters, grants, _asking)
                        .RunAsync(request.RootElement.GetProperty("request").GetString()!, write, cancellationToken);
                    break;
                case "place":
                    await _placing.RunAsync(request.RootElement, write, cancellationToken);
                    break;
                case "fleet":
                    await _asking.WaitAsync(cancellationToken);
                    try
                    {
                        await write(FleetRequests.Answer(fleet.Current.Queries, request.RootElement));
                    }
                    finally
                    {
                        _asking.Release();
                    }

                    break;
                default:
                    await write(Error("InvalidRequest", "This agent does not know the request. Update gitproc."));
                    break;
            }
        }
        catch (GitprocException e)
        {
            await write(Error(e.Reason.ToString(), e.Message));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            await write(Error("InvalidRequest", "The agent cannot read the request."));
        }
    }

    private static string Error(string reason, string message) =>
        JsonSerializer.Serialize(new { error = message, reason });

    private static async Task<string?> ReadLineAsync(Stream stream, CancellationToken cancellationToken)
    {
        var bytes = new List<byte>();
        var one = new byte[1];
        while (bytes.Count < MaxLine && await stream.ReadAsync(one, cancellationToken) == 1)
        {
            if (one[0] == '\n')
                return Encoding.UTF8.GetString([.. bytes]);
            bytes.Add(one[0]);
        }

        return null;
    }

    private static async Task WriteLineAsync(Stream stream, string text, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text + "\n"), cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    private static async Task WaitForEndAsync(Stream stream, CancellationTokenSource end)
    {
        try
        {
            _ = await stream.ReadAsync(new byte[1], end.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The same.
        }

        await end.CancelAsync();
    }

    [LoggerMessage(LogLevel.Error, "commands of this machine cannot ask this agent; it tries again")]
    private partial void LogClosed(Exception error);

    [LoggerMessage(LogLevel.Error, "a request could not be answered")]
    private partial void LogFailure(Exception error);
}
