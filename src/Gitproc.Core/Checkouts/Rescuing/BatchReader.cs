using System.Globalization;
using System.Text;
using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Reports;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// Reads the output of <c>git cat-file --batch</c>: for each object <c>ID TYPE SIZE</c>, a line feed, the content and a
/// line feed.
/// </summary>
internal sealed class BatchReader(Stream stream) : IDisposable
{
    private readonly BufferedStream _stream = new(stream, 1 << 16);

    /// <summary>Copies the content of the next object.</summary>
    public void CopyNext(Stream to)
    {
        var buffer = new byte[1 << 16];
        for (var left = ReadHeader(); left > 0;)
        {
            var read = _stream.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            if (read == 0)
                throw new EndOfStreamException();
            to.Write(buffer, 0, read);
            left -= read;
        }

        _stream.ReadByte();
    }

    /// <summary>Reads the content of the next object.</summary>
    public RawText ReadNext()
    {
        using var content = new MemoryStream();
        CopyNext(content);
        return RawText.FromBytes(content.GetBuffer().AsSpan(0, (int)content.Length));
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private long ReadHeader()
    {
        var header = "";
        for (int next; (next = _stream.ReadByte()) != '\n'; header += (char)next)
        {
            if (next < 0)
                throw new EndOfStreamException();
        }

        return long.TryParse(header.Split(' ')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? size
            : throw new GitprocException(ErrorReason.GitFailed, $"git does not have the object: {header}.");
    }
}

/// <summary>Asks git for the types of objects.</summary>
internal static class ObjectTypes
{
    public static IReadOnlyList<(string Id, string Type)> Ask(
        GitView view, GitRunner git, string subject, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        if (names.Count == 0)
            return [];
        var input = Encoding.ASCII.GetBytes(string.Concat(names.Select(name => name + "\n")));
        var output = git.Run(
            view.Call(subject, "cat-file", "--batch-check=%(objectname) %(objecttype)") with
            {
                Input = stream => stream.Write(input),
            },
            cancellationToken).Output;
        return
        [
            .. output
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' '))
                .Select(fields => (fields[0], fields[^1])),
        ];
    }
}
