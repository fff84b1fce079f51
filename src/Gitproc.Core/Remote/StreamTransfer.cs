namespace Gitproc.Remote;

/// <summary>Sends what a stream has, on a thread of its own, as fast as the other end handles it.</summary>
internal sealed class StreamSender(byte number, RemoteConnection connection)
{
    private readonly object _lock = new();
    private int _credit = Frame.MaxWindow;
    private bool _isClosed;
    private bool _isDone;
    private long _readingSince;

    /// <summary>Begins to send.</summary>
    public void Start(Stream source) => new Thread(() => Send(source)) { IsBackground = true }.Start();

    /// <summary>The other end has handled so many bytes.</summary>
    /// <exception cref="InvalidDataException">So many were not sent.</exception>
    public void AddCredit(int count)
    {
        lock (_lock)
        {
            if (count <= 0 || count > Frame.MaxWindow - _credit)
                throw Frame.Broken("it has handled more than was sent");
            _credit += count;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>
    /// The other end reads no longer. The source is closed, so that whoever writes to it notices, as in a pipe.
    /// </summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>
    /// Waits until all is sent, or until nothing has come for a time: a process that the command left behind may keep
    /// the stream open.
    /// </summary>
    public void WaitUntilSent(TimeSpan maxPause, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            while (!_isDone && !cancellationToken.IsCancellationRequested)
            {
                if (_readingSince != 0 && Environment.TickCount64 - _readingSince > maxPause.TotalMilliseconds)
                    return;
                Monitor.Wait(_lock, 50);
            }
        }
    }

    private void Send(Stream source)
    {
        var buffer = new byte[1 + Frame.MaxData];
        buffer[0] = number;
        while (Next(source, buffer) is > 0 and var count)
            connection.Send(new Frame(FrameKind.Data, buffer.AsSpan(0, 1 + count).ToArray()));

        source.Dispose();
        connection.Send(FrameKind.End, number);
        lock (_lock)
        {
            _isDone = true;
            Monitor.PulseAll(_lock);
        }
    }

    private int Next(Stream source, byte[] buffer)
    {
        int room;
        lock (_lock)
        {
            while (_credit == 0 && !_isClosed)
                Monitor.Wait(_lock);
            if (_isClosed)
                return 0;
            room = Math.Min(_credit, Frame.MaxData);
            _readingSince = Environment.TickCount64;
        }

        var count = TryRead(source, buffer, room);
        lock (_lock)
        {
            _readingSince = 0;
            _credit -= count;
            return _isClosed ? 0 : count;
        }
    }

    private static int TryRead(Stream source, byte[] buffer, int room)
    {
        try
        {
            return source.Read(buffer, 1, room);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            // There is nothing more to read, for example because standard input was closed.
            return 0;
        }
    }
}

/// <summary>Writes what the other end sends to a stream, on a thread of its own.</summary>
internal sealed class StreamReceiver(byte number, RemoteConnection connection)
{
    private readonly object _lock = new();
    private readonly Queue<ReadOnlyMemory<byte>> _waiting = new();
    private int _room = Frame.MaxWindow;
    private bool _hasEnded;
    private Thread? _thread;

    /// <summary>Begins to write.</summary>
    public void Start(Stream target)
    {
        _thread = new Thread(() => Write(target)) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Takes bytes, which are written soon.</summary>
    /// <exception cref="InvalidDataException">They are more than the other end may send.</exception>
    public void Add(ReadOnlyMemory<byte> bytes)
    {
        lock (_lock)
        {
            if (bytes.Length > _room || _hasEnded)
                throw Frame.Broken("it sends more than it may");
            _room -= bytes.Length;
            _waiting.Enqueue(bytes);
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Nothing more comes. The target is closed when all is written.</summary>
    public void End()
    {
        lock (_lock)
        {
            _hasEnded = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Waits until all is written that has come before the end.</summary>
    public void WaitUntilWritten() => _thread?.Join();

    private void Write(Stream target)
    {
        var isOpen = true;
        while (Next() is { } bytes)
        {
            if (isOpen && !TryWrite(target, bytes))
            {
                isOpen = false;
                connection.Send(FrameKind.Closed, number);
            }

            lock (_lock)
                _room += bytes.Length;
            connection.Send(Frame.Of(FrameKind.Credit, [number], bytes.Length));
        }

        try
        {
            target.Dispose();
        }
        catch (IOException)
        {
            // The reader is gone.
        }
    }

    private ReadOnlyMemory<byte>? Next()
    {
        lock (_lock)
        {
            while (_waiting.Count == 0 && !_hasEnded)
                Monitor.Wait(_lock);
            return _waiting.Count > 0 ? new ReadOnlyMemory<byte>?(_waiting.Dequeue()) : null;
        }
    }

    private static bool TryWrite(Stream target, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            target.Write(bytes.Span);
            target.Flush();
            return true;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            // The reader is gone, or the disk is full.
            return false;
        }
    }
}
