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
        Write("feature done\n"u8);
        var seconds = time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        Write(RawText.Create($"commit {name}\ncommitter {Who} {seconds} +0000\n"));
        Data(Encoding.UTF8.GetBytes(message));
        for (var i = 0; i < parents.Count; i++)
            Write(RawText.Create($"{(i == 0 ? "from" : "merge")} {parents[i]}\n"));
        // Start from an empty tree instead of the first parent's.
        if (parents.Count > 0)
            Write("deleteall\n"u8);
    }

    /// <summary>Adds a file.</summary>
    public void Add(RawText path, RawFile file)
    {
        var length = file.Length;
        Write(RawText.Create($"M {(file.IsExecutable ? ProgramMode : FileMode)} inline {Quote(path)}\n"));
        Write(RawText.Create($"data {length.ToString(CultureInfo.InvariantCulture)}\n"));
        Copy(file.Content, length);
        Write("\n"u8);
    }

    /// <summary>Adds a file.</summary>
    public void Add(RawText path, RawText content)
    {
        Write(RawText.Create($"M {FileMode} inline {Quote(path)}\n"));
        Data(content.ToBytes());
    }

    /// <summary>Adds a link.</summary>
    public void AddLink(RawText path, RawText target)
    {
        Write(RawText.Create($"M {LinkMode} inline {Quote(path)}\n"));
        Data(target.ToBytes());
    }

    /// <summary>Adds an object that is already in the repository.</summary>
    public void AddObject(RawText path, string id, bool isFolder) =>
        Write(RawText.Create($"M {(isFolder ? "040000" : FileMode)} {id} {Quote(path)}\n"));

    /// <summary>Ends the commit. git makes the commit only now.</summary>
    public void End()
    {
        Write("done\n"u8);
        _stream.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Write(RawText raw) => _stream.Write(raw.ToBytes());

    private void Data(byte[] bytes)
    {
        Write(RawText.Create($"data {bytes.Length.ToString(CultureInfo.InvariantCulture)}\n"));
        _stream.Write(bytes);
        Write("\n"u8);
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

    private static RawText Quote(RawText path)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in path.Chars)
        {
            if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else if (c < ' ')
                quoted.Append('\\').Append(Convert.ToString(c, 8).PadLeft(3, '0'));
            else
                quoted.Append(c);
        }

        return RawText.FromChars(quoted.Append('"').ToString());
    }
}
