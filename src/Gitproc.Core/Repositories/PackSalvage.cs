using System.Globalization;
using System.IO.Compression;
using System.Text;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;

namespace Gitproc.Repositories;

/// <summary>
/// Takes a damaged pack out of a base repository, and keeps the readable objects that nothing else has, because
/// checkouts borrow them.
/// </summary>
/// <param name="repository">
/// The repository, whose base the caller has locked; what the remote has is there again.
/// </param>
internal sealed class PackSalvage(PoolFolder folder, GitRunner git, RepositoryRow repository)
{
    private readonly string _base = folder.Base(repository.Base);

    private string Objects => Path.Combine(_base, "objects");

    /// <param name="pack">The name of the pack, without ending.</param>
    public void Run(string pack, CancellationToken cancellationToken)
    {
        var place = folder.Unfinished($"base-{repository.Id}", pack);
        var packs = Directory.CreateDirectory(Path.Combine(place, "pack")).FullName;
        try
        {
            // The index first, because git ignores a pack without one.
            foreach (var file in Directory
                    .EnumerateFiles(Path.Combine(Objects, "pack"), pack + ".*")
                    .OrderByDescending(file => file.EndsWith(".idx", StringComparison.Ordinal)))
                File.Move(file, Path.Combine(packs, Path.GetFileName(file)));
            if (TryIndex(Path.Combine(packs, pack + ".pack"), cancellationToken))
                PutBack(packs);
            else
                Read(place, Path.Combine(packs, pack + ".idx"), cancellationToken);
        }
        finally
        {
            FolderRemoval.TryRemove(place);
        }
    }

    // The index alone may have been damaged.
    private bool TryIndex(string pack, CancellationToken cancellationToken)
    {
        var index = Path.ChangeExtension(pack, ".idx");
        if (!File.Exists(pack))
            return false;
        var made = index + ".made";
        if (git.Run(Call(null, "index-pack", "-o", made, pack) with { MayFail = true }, cancellationToken).ExitCode != 0
        )
            return false;
        FileMove.Replace(made, index);
        return true;
    }

    private void PutBack(string packs)
    {
        foreach (
            var file in Directory.EnumerateFiles(packs).OrderBy(file => file.EndsWith(".idx", StringComparison.Ordinal))
        )
        {
            if (Path.GetExtension(file) is ".pack" or ".idx")
                FileMove.Replace(file, Path.Combine(Objects, "pack", Path.GetFileName(file)));
        }
    }

    private void Read(string place, string index, CancellationToken cancellationToken)
    {
        if (!File.Exists(index))
            return;
        // git-show-index(1): "OFFSET ID (CRC)".
        var listed = git.Run(
                Call(null, "show-index") with
                {
                    Input = stream => stream.Write(File.ReadAllBytes(index)),
                    MayFail = true,
                },
                cancellationToken)
            .Output.Split('\n')
            .Select(line => line.Split(' '))
            .Where(fields => fields.Length > 1 && RefFiles.IsId(fields[1]))
            .Select(fields => fields[1])
            .ToList();
        var there = git.Run(
                Call(null, "cat-file", "--batch-check", "--buffer") with
                {
                    Input = stream => stream.Write(Lines(listed)),
                },
                cancellationToken)
            .Output.Split('\n')
            .Where(line => !line.EndsWith(" missing", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[0])
            .ToHashSet(StringComparer.Ordinal);
        // It ends at the first object that it cannot read.
        for (var wanted = listed.Where(id => !there.Contains(id)).ToList(); wanted.Count > 0;)
        {
            var read = 0;
            git.Run(
                Call(place, "cat-file", "--batch") with
                {
                    Input = stream => stream.Write(Lines(wanted)),
                    ReadOutput = stream => read = Keep(stream),
                    MayFail = true,
                },
                cancellationToken);
            wanted.RemoveRange(0, Math.Min(read + 1, wanted.Count));
        }
    }

    // "ID TYPE SIZE", the content and a line feed, or "ID missing".
    private int Keep(Stream output)
    {
        var count = 0;
        using var reader = new BufferedStream(output);
        while (ReadLine(reader)?.Split(' ') is { } fields)
        {
            if (fields is [var id, var type, var size]
                && long.TryParse(size, CultureInfo.InvariantCulture, out var length))
            {
                var content = new byte[length + 1];
                if (reader.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) < content.Length)
                    return count;
                Write(id, [.. Encoding.ASCII.GetBytes($"{type} {size}\0"), .. content.AsSpan(0, (int)length)]);
            }

            count++;
        }

        return count;
    }

    private void Write(string id, byte[] content)
    {
        if (BaseDamage.IdOf(new MemoryStream(content), id.Length) != id)
            return;
        var file = Path.Combine(Objects, id[..2], id[2..]);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var unfinished = Path.Combine(Path.GetDirectoryName(file)!, $"tmp_obj_{Guid.NewGuid():N}");
        using (var stream = new ZLibStream(File.Create(unfinished), CompressionLevel.Fastest))
            stream.Write(content);
        FileMove.Replace(unfinished, file);
    }

    private static string? ReadLine(Stream stream)
    {
        var line = new StringBuilder();
        for (var next = stream.ReadByte(); next != '\n'; next = stream.ReadByte())
        {
            if (next < 0)
                return null;
            line.Append((char)next);
        }

        return line.ToString();
    }

    private static byte[] Lines(IEnumerable<string> ids) =>
        Encoding.ASCII.GetBytes(string.Concat(ids.Select(id => id + "\n")));

    private GitCall Call(string? objects, params string[] arguments) => BaseCall.Of(_base, arguments) with
    {
        Environment = objects is null
            ? []
            : [("GIT_OBJECT_DIRECTORY", objects), ("GIT_ALTERNATE_OBJECT_DIRECTORIES", Objects)],
    };
}
