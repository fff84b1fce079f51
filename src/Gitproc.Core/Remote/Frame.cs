using System.Buffers.Binary;

namespace Gitproc.Remote;

/// <summary>What a frame is about. The numbers go over the wire, so none is ever changed.</summary>
internal enum FrameKind : byte
{
    /// <summary>To the machine, first and once: a <see cref="RemoteRequest"/> as JSON.</summary>
    Request = 1,

    /// <summary>Bytes of a stream: its number, and at most <see cref="Frame.MaxData"/> bytes.</summary>
    Data = 2,

    /// <summary>The stream has ended: its number.</summary>
    End = 3,

    /// <summary>Nobody reads the stream any longer: its number.</summary>
    Closed = 4,

    /// <summary>The receiver of a stream has handled so many bytes more: its number, and a number of 4 bytes.</summary>
    Credit = 5,

    /// <summary>To the machine: a signal for the command, by its POSIX number in one byte.</summary>
    Signal = 6,

    /// <summary>Sent now and then, so that the other end knows that this one lives. It is empty.</summary>
    Beat = 7,

    /// <summary>From the machine: a report of the pool there, as JSON.</summary>
    Report = 8,

    /// <summary>From the machine, last: the exit code, a number of 4 bytes.</summary>
    Exit = 9,

    /// <summary>From the machine, last: an error, as JSON.</summary>
    Error = 10,

    /// <summary>From the machine: the command runs. It is empty.</summary>
    Started = 11,

    /// <summary>From the machine: the checkout that it has acquired or released, as JSON.</summary>
    Checkout = 12,

    /// <summary>To the machine: the caller has the checkout, whose lease is to last. It is empty.</summary>
    Taken = 13,
}

/// <summary>One message between two gitprocs.</summary>
/// <remarks>
/// <para>
/// A gitproc runs a command on another machine by a gitproc there, which ssh starts as <c>gitproc remote</c>. What the
/// one writes to standard output, the other reads, and the other way round. The machine begins with a line of text
/// (<see cref="Handshake"/>), so that a login banner before it does no harm. From then on both send frames: a byte that
/// says what it is (<see cref="FrameKind"/>), the length of the rest in 4 bytes, and the rest. Numbers are big-endian.
/// </para>
/// <para>
/// The first frame is the request. The machine reports how its acquire goes. As soon as the command runs, streams 0, 1
/// and 2, its standard input, output and error output, flow beside each other. Whoever sends a stream may be at most
/// <see cref="MaxWindow"/> bytes ahead of what the other has handled. So nobody keeps more than that in memory, a
/// stream that nobody reads stops its writer and nothing else, and each end can always read the next frame: signals
/// and beats never wait behind data.
/// </para>
/// <para>
/// Both ends beat, and give the other one up that says nothing for <see cref="RemoteConnection.MaxSilence"/>. The
/// machine then ends the command and its lease, as it does when its input ends. The last frame is the exit code, after
/// the checkout is released.
/// </para>
/// <para>
/// A request may also be for a checkout that is held for a time, or to release one. The machine sends each checkout
/// that it has acquired or released. It is held only once the caller says that it has it, so that none is left that
/// nobody knows.
/// </para>
/// </remarks>
internal readonly record struct Frame(FrameKind Kind, ReadOnlyMemory<byte> Content)
{
    /// <summary>The most bytes of a frame behind its length. A request may have many arguments.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>The most bytes of a stream in one frame.</summary>
    public const int MaxData = 32 << 10;

    /// <summary>How many bytes of a stream may be on their way.</summary>
    public const int MaxWindow = 1 << 20;

    private const int HeadLength = 5;

    /// <summary>The number of the stream that a frame is about.</summary>
    public int Stream => Content.Length > 0 ? Content.Span[0] : throw Broken("a frame names no stream");

    /// <summary>The bytes of a stream, in a frame of kind Data.</summary>
    public ReadOnlyMemory<byte> Data =>
        Content.Length is > 1 and <= MaxData + 1 ? Content[1..] : throw Broken("data has a wrong length");

    /// <summary>The number in a frame of kind Credit or Exit.</summary>
    public int Number => Content.Length >= 4
        ? BinaryPrimitives.ReadInt32BigEndian(Content.Span[^4..])
        : throw Broken("a number is cut off");

    /// <summary>Makes a frame with a number at its end.</summary>
    public static Frame Of(FrameKind kind, ReadOnlySpan<byte> start, int number)
    {
        var content = new byte[start.Length + 4];
        start.CopyTo(content);
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(start.Length), number);
        return new Frame(kind, content);
    }

    /// <summary>Writes the frame at once.</summary>
    public void Write(Stream output)
    {
        var bytes = new byte[HeadLength + Content.Length];
        bytes[0] = (byte)Kind;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), Content.Length);
        Content.Span.CopyTo(bytes.AsSpan(HeadLength));
        output.Write(bytes);
        output.Flush();
    }

    /// <summary>Reads a frame.</summary>
    /// <returns>The frame; null if the input ends instead.</returns>
    /// <exception cref="InvalidDataException">What comes is no frame.</exception>
    public static Frame? Read(Stream input)
    {
        var head = new byte[HeadLength];
        var count = input.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false);
        if (count == 0)
            return null;
        var length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1));
        if (count < HeadLength)
            throw Broken("a frame is cut off");
        if (length is < 0 or > MaxLength)
            throw Broken("a frame is too long");
        var content = new byte[length];
        return input.ReadAtLeast(content, length, throwOnEndOfStream: false) == length
            ? new Frame((FrameKind)head[0], content)
            : throw Broken("a frame is cut off");
    }

    /// <summary>Makes the error of a peer that does not keep to the protocol.</summary>
    public static InvalidDataException Broken(string what) => new(what);
}
