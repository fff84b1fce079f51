namespace Gitproc.Remote;

/// <summary>Sends and receives the frames of one end, and watches whether the other end lives. Thread-safe.</summary>
internal sealed class RemoteConnection : IDisposable
{
    /// <summary>How long the other end may say nothing.</summary>
    public static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private const int MaxWaiting = 16;

    private readonly Stream _input;
    private readonly Action _onSilence;
    private readonly object _lock = new();
    private readonly Queue<Frame> _waiting = new();
    private readonly Thread _writer;
    private readonly Timer _timer;
    private long _heardAt = Environment.TickCount64;
    private bool _isWriting;
    private bool _isOver;

    /// <param name="onSilence">Called if the other end has said nothing for too long; perhaps more than once.</param>
    public RemoteConnection(Stream input, Stream output, Action onSilence)
    {
        (_input, _onSilence) = (input, onSilence);
        // The only thread that waits in a write, which may take for ever if the other end is gone.
        _writer = new Thread(() => Write(output)) { IsBackground = true };
        _writer.Start();
        _timer = new Timer(_ => Beat(), null, Interval, Interval);
    }

    /// <summary>
    /// Sends a frame. This waits while the other end does not read. After <see cref="GiveUp"/> nothing happens.
    /// </summary>
    public void Send(Frame frame)
    {
        lock (_lock)
        {
            while (_waiting.Count >= MaxWaiting && !_isOver)
                Monitor.Wait(_lock);
            if (_isOver)
                return;
            _waiting.Enqueue(frame);
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Sends a frame that has only the number of a stream.</summary>
    public void Send(FrameKind kind, byte stream) => Send(new Frame(kind, new[] { stream }));

    /// <summary>Receives the next frame. Only one thread may call this.</summary>
    /// <returns>The frame; null if the other end is gone.</returns>
    /// <exception cref="InvalidDataException">The other end does not send frames.</exception>
    public Frame? Receive()
    {
        try
        {
            while (Frame.Read(_input) is { } frame)
            {
                Volatile.Write(ref _heardAt, Environment.TickCount64);
                if (frame.Kind != FrameKind.Beat)
                    return frame;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The other end is gone.
        }

        return null;
    }

    /// <summary>Waits until all is sent, or the other end is given up.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            while ((_waiting.Count > 0 || _isWriting) && !_isOver)
                Monitor.Wait(_lock);
        }
    }

    /// <summary>Sends nothing more: the other end is gone.</summary>
    public void GiveUp()
    {
        lock (_lock)
        {
            _isOver = true;
            _waiting.Clear();
            Monitor.PulseAll(_lock);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        GiveUp();
    }

    private void Beat()
    {
        if (Environment.TickCount64 - Volatile.Read(ref _heardAt) > MaxSilence.TotalMilliseconds)
            _onSilence();
        lock (_lock)
        {
            // Otherwise this end says something anyway.
            if (_waiting.Count == 0 && !_isWriting)
                Send(new Frame(FrameKind.Beat, default));
        }
    }

    private void Write(Stream output)
    {
        while (Next() is { } frame)
        {
            try
            {
                frame.Write(output);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // Whoever receives notices it too.
                GiveUp();
            }
        }
    }

    private Frame? Next()
    {
        lock (_lock)
        {
            _isWriting = false;
            Monitor.PulseAll(_lock);
            while (_waiting.Count == 0 && !_isOver)
                Monitor.Wait(_lock);
            if (_isOver)
                return null;
            _isWriting = true;
            Monitor.PulseAll(_lock);
            return _waiting.Dequeue();
        }
    }
}
