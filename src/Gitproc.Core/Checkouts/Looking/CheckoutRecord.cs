using System.Buffers;
using System.Text.Json;
using Gitproc.Files;
using Gitproc.Leases;

namespace Gitproc.Checkouts.Looking;

/// <summary>
/// The file <c>gitproc/checkout</c> in a git directory. It describes the checkout in case the database is lost.
/// </summary>
internal sealed record CheckoutRecord(string Key, string Url, string Base)
{
    private const string FileName = "checkout";

    /// <summary>True if it is a clone that borrows no objects.</summary>
    public bool IsStandalone { get; init; }

    public void Write(string gitDirectory)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("repository", Key);
            json.WriteString("url", Url);
            json.WriteString("base", Base);
            if (IsStandalone)
                json.WriteBoolean("standalone", true);
            json.WriteEndObject();
        }

        Directory.CreateDirectory(gitDirectory);
        using var folder = RawFolder.Open(gitDirectory);
        RawTree.Write(
            folder,
            RawText.Create($"{Path.GetFileName(LeaseFile.Folder(gitDirectory))}/{FileName}"),
            buffer.WrittenSpan);
    }

    /// <summary>True if the record exists. Checkouts of an older gitproc do not have one.</summary>
    public static bool Exists(string gitDirectory) =>
        new FileInfo(FileOf(gitDirectory)) is { Exists: true, Length: > 0 };

    /// <summary>Reads the record; null if it is missing or not valid.</summary>
    public static CheckoutRecord? Read(string gitDirectory)
    {
        if (PlainFile.TryRead(FileOf(gitDirectory)) is not { } content)
            return null;
        try
        {
            using var json = JsonDocument.Parse(content);
            return new CheckoutRecord(Text("repository"), Text("url"), Text("base"))
            {
                IsStandalone = json.RootElement.TryGetProperty("standalone", out var isSo) && isSo.GetBoolean(),
            };

            string Text(string name) => json.RootElement.GetProperty(name).GetString()!;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string FileOf(string gitDirectory) => Path.Combine(LeaseFile.Folder(gitDirectory), FileName);
}
