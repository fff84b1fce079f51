using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Registry;

namespace Gitproc.Checkouts.Recycling;

/// <summary>What the pool has made of a submodule in a checkout.</summary>
internal enum SubmoduleState
{
    /// <summary>It is about to be filled, or that was not finished.</summary>
    Planned,

    /// <summary>Its folder has the files of its commit.</summary>
    Filled,

    /// <summary>Its folder is empty. Its git directory is there and ready for <c>git submodule update</c>.</summary>
    Empty,
}

/// <summary>A submodule in a checkout that the pool knows.</summary>
/// <param name="Path">Its path in the checkout, or in the submodule around it.</param>
/// <param name="Name">Its name in <c>.gitmodules</c>.</param>
/// <param name="Url">Its address as <c>.gitmodules</c> has it, without a password.</param>
/// <param name="Address">The URL for its <c>origin</c>.</param>
/// <param name="Base">The folder of the base repository that it borrows from, in the pool's folder of these.</param>
/// <param name="Commit">The commit that it has checked out.</param>
/// <param name="State">What the pool has made of it.</param>
/// <param name="Stamp">What its git directory was like when it was clean.</param>
internal sealed record KnownSubmodule(
    string Path,
    string Name,
    string Url,
    string Address,
    string Base,
    string Commit,
    SubmoduleState State,
    string Stamp)
{
    /// <summary>Its path as bytes.</summary>
    public RawText RawPath => RawText.FromText(Path);

    /// <summary>The path of its git directory in the one around.</summary>
    public RawText GitDirectory => RawText.Create($"modules/{Name}");

    /// <summary>Where it is.</summary>
    public CheckoutPlace In(CheckoutPlace around) => CheckoutPlace.FromSubmodule(around, Path, Name);

    /// <summary>The folder of its own record.</summary>
    /// <param name="record">The record of the work tree around it.</param>
    public string Record(string record)
    {
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Name)));
        return System.IO.Path.Combine(SubmoduleList.FolderOf(record), hash[..16]);
    }
}

/// <summary>
/// The submodules of one work tree that the pool has filled, or whose git directory it has made ready. The list is
/// beside the record of the work tree, outside the job's reach, and has the record of each submodule with it. Like a
/// record, it stays true whatever happens to the checkout, because what it says is compared with the file system. A
/// base repository that a list names is not removed.
/// </summary>
/// <param name="IsComplete">True if no submodule of the commit is missing, nested ones included.</param>
internal sealed record SubmoduleList(IReadOnlyList<KnownSubmodule> All, bool IsComplete)
{
    private const string FileName = "list";

    /// <summary>No submodules.</summary>
    public static SubmoduleList None { get; } = new([], IsComplete: false);

    /// <summary>Makes the list of the submodules that are as they should be.</summary>
    /// <param name="place">The work tree around them.</param>
    /// <param name="record">Its record.</param>
    /// <param name="wanted">The submodules of its commit.</param>
    public static SubmoduleList Create(
        CheckoutPlace place,
        string record,
        IReadOnlyList<KnownSubmodule> all,
        IReadOnlyList<WantedSubmodule> wanted) =>
        new(
            [.. all.Select(one => one with { Stamp = CheckoutStamp.Of(one.In(place)) })],
            wanted.All(now => all.Any(one =>
                one.State == SubmoduleState.Filled
                && now.IsSame(one)
                && now.Commit == one.Commit
                && IsWhole(one.Record(record)))));

    /// <summary>The folder with the list of a work tree.</summary>
    /// <param name="record">The record of the work tree.</param>
    public static string FolderOf(string record) => record + ".submodules";

    /// <summary>Reads the list; null if there is none, or it is not valid.</summary>
    public static SubmoduleList? Read(string record)
    {
        if (PlainFile.TryRead(FileOf(record)) is not { } content)
            return null;
        try
        {
            using var json = JsonDocument.Parse(content);
            return new SubmoduleList(
                [.. json.RootElement.GetProperty("submodules").EnumerateArray().Select(ReadOne)],
                json.RootElement.GetProperty("complete").GetBoolean());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Writes the list.</summary>
    public void Write(string record)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteBoolean("complete", IsComplete);
            json.WriteStartArray("submodules");
            foreach (var one in All)
            {
                json.WriteStartObject();
                json.WriteString("path", one.Path);
                json.WriteString("name", one.Name);
                json.WriteString("url", one.Url);
                json.WriteString("address", one.Address);
                json.WriteString("base", one.Base);
                json.WriteString("commit", one.Commit);
                json.WriteString("state", one.State.ToString());
                json.WriteString("stamp", one.Stamp);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        Directory.CreateDirectory(FolderOf(record));
        var next = FileOf(record) + ".new";
        File.WriteAllBytes(next, buffer.WrittenSpan.ToArray());
        FileMove.Replace(next, FileOf(record));
    }

    /// <summary>Removes the list, and the records of the submodules.</summary>
    public static void Remove(string record)
    {
        if (Directory.Exists(FolderOf(record)))
            Directory.Delete(FolderOf(record), recursive: true);
    }

    /// <summary>True if nothing has changed in the submodules, nested ones included, since they were clean.</summary>
    /// <param name="mostFiles">The files of a submodule that has more are not looked at.</param>
    public static bool IsSo(string record, CheckoutPlace place, int mostFiles) =>
        Read(record) is not { } list
        || list.All.All(one =>
            one.State == SubmoduleState.Empty
            || (one.State == SubmoduleState.Filled
                && one.In(place) is var at
                && one.Stamp == CheckoutStamp.Of(at)
                && TreeRecord.IsSo(one.Record(record), at.Path, mostFiles)
                && (!at.IsStandalone || ObjectCopies.AreSo(one.Record(record), at.Objects, mostFiles))
                && IsSo(one.Record(record), at, mostFiles)));

    /// <summary>True if all submodules of a work tree are filled, nested ones included.</summary>
    public static bool IsWhole(string record) =>
        TreeRecord.IsWithoutSubmodules(record) || Read(record)?.IsComplete == true;

    /// <summary>Finds the base repositories that submodules borrow from.</summary>
    /// <param name="records">The folder of all records.</param>
    public static IEnumerable<string> Bases(string records) => !Directory.Exists(records)
        ? []
        : Directory.EnumerateFiles(records, FileName, SearchOption.AllDirectories)
            .Where(file => Path.GetDirectoryName(file)!.EndsWith(FolderOf(""), StringComparison.Ordinal))
            .Select(file => Path.GetDirectoryName(file)![..^FolderOf("").Length])
            .SelectMany(record => (Read(record) ?? None).All)
            .Select(one => one.Base);

    private static KnownSubmodule ReadOne(JsonElement json)
    {
        return new KnownSubmodule(
            Text("path"),
            Text("name"),
            Text("url"),
            Text("address"),
            Text("base"),
            Text("commit"),
            Enum.Parse<SubmoduleState>(Text("state")),
            Text("stamp"));

        string Text(string name) => json.GetProperty(name).GetString()!;
    }

    private static string FileOf(string record) => Path.Combine(FolderOf(record), FileName);
}
