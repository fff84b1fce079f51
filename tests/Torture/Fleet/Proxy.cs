using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Gitproc.Torture.Fleet;

/// <summary>
/// The network between a machine and PostgreSQL: a TCP port of loopback. It can fall silent, so that both sides have
/// connections of which the other one knows nothing.
/// </summary>
internal sealed class Proxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<EndPoint> _target;
    private readonly ConcurrentDictionary<Socket, bool> _sockets = new();
    private volatile TaskCompletionSource _flow = Flowing();

    /// <param name="target">The Unix socket of the server.</param>
    public Proxy(string target)
    {
        _target = () => new UnixDomainSocketEndPoint(target);
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Lets nothing through any longer, and ends nothing.</summary>
    public void Freeze() => _flow = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets everything through again.</summary>
    /// <param name="ends">True to end the connections that there are.</param>
    public void Thaw(bool ends)
    {
        if (ends)
            End();
        _flow.TrySetResult();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Stop();
        End();
        _flow.TrySetResult();
    }

    private static TaskCompletionSource Flowing()
    {
        var flow = new TaskCompletionSource();
        flow.SetResult();
        return flow;
    }

    private void End()
    {
        foreach (var socket in _sockets.Keys)
            socket.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The run has ended.
        }
    }

    private async Task ServeAsync(Socket machine)
    {
        var target = _target();
        using var server = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            _sockets[machine] = _sockets[server] = true;
            await _flow.Task;
            await server.ConnectAsync(target);
            await Task.WhenAny(PumpAsync(machine, server), PumpAsync(server, machine));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One side has ended.
        }
        finally
        {
            machine.Dispose();
            _sockets.TryRemove(machine, out _);
            _sockets.TryRemove(server, out _);
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[16384];
        while (true)
        {
            var count = await from.ReceiveAsync(buffer);
            await _flow.Task;
            if (count == 0)
                return;
            await to.SendAsync(buffer.AsMemory(0, count));
        }
    }
}
