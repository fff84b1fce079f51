using System.Globalization;
using System.Text;
using Gitproc.Files;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>Writes one commit in the format of git-fast-import(1). Contents go in unchanged, without filters.</summary>
internal sealed class FastImport(Stream stream) : IDisposable
{
    private const string Who = "gitproc <gitproc@localhost>";
    private const string FileMode = "100644";
    private const string ProgramMode = "100755";
    private const string LinkMode = "120000";

    private readonly BufferedStream _stream = new(stream, 1 << 16);

    /// <summary>Begins the commit.</summary>
    public void Begin(string name, string message, DateTimeOffset time, IReadOnlyList<string> parents)
    {
        Write("feature done\n");
        Write(
            $"commit {name}\ncommitter {Who} {time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)} +0000\n"
        );
        Data(Encoding.UTF8.GetBytes(message));
        for (var i = 0; i < parents.Count; i++)
            Write($"{(i == 0 ? "from" : "merge")} {parents[i]}\n");
        // Start from an empty tree instead of the first parent's.
        if (parents.Count > 0)
            Write("deleteall\n");
    }

    /// <summary>Adds a file.</summary>
    /// <param name="path">Its raw path.</param>
    public void Add(string path, RawFile file)
    {
        var length = file.Length;
        Write(
            $"M {(file.IsExecutable ? ProgramMode : FileMode)} inline {Quote(path)}\ndata {length.ToString(CultureInfo.InvariantCulture)}\n"
        );
        Copy(file.Content, length);
        Write("\n");
    }

    /// <summary>Adds a file.</summary>
    /// <param name="path">Its raw path.</param>
    /// <param name="content">Its raw content.</param>
    public void Add(string path, string content)
    {
        Write($"M {FileMode} inline {Quote(path)}\n");
        Data(RawText.ToBytes(content));
    }

    /// <summary>Adds a link.</summary>
    /// <param name="path">Its raw path.</param>
    /// <param name="target">Its raw target.</param>
    public void AddLink(string path, string target)
    {
        Write($"M {LinkMode} inline {Quote(path)}\n");
        Data(RawText.ToBytes(target));
    }

    /// <summary>Adds an object that is already in the repository.</summary>
    /// <param name="path">Its raw path.</param>
    public void AddObject(string path, string id, bool isFolder) =>
        Write($"M {(isFolder ? "040000" : FileMode)} {id} {Quote(path)}\n");

    /// <summary>Ends the commit. git makes the commit only now.</summary>
    public void End()
    {
        Write("done\n");
        _stream.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Write(string raw) => _stream.Write(RawText.ToBytes(raw));

    private void Data(byte[] bytes)
    {
        Write($"data {bytes.Length.ToString(CultureInfo.InvariantCulture)}\n");
        _stream.Write(bytes);
        Write("\n");
    }

    private void Copy(FileStream from, long length)
    {
        var buffer = new byte[1 << 16];
        for (var left = length; left > 0;)
        {
            var read = from.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            if (read == 0)
                throw new IOException($"The file {from.Name} became shorter during its rescue.");
            _stream.Write(buffer, 0, read);
            left -= read;
        }
    }

    private static string Quote(string path)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in path)
        {
            if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else if (c < ' ')
                quoted.Append('\\').Append(Convert.ToString(c, 8).PadLeft(3, '0'));
            else
                quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }
}
