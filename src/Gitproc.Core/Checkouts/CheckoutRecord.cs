using System.Buffers;
using System.Text.Json;
using Gitproc.Leases;

namespace Gitproc.Checkouts;

/// <summary>What a checkout says of itself when the database is lost: <c>.git/gitproc/checkout</c>.</summary>
/// <param name="Key">The key of its repository.</param>
/// <param name="Url">The URL its <c>origin</c> was set to.</param>
/// <param name="Base">The folder of its base repository, relative to the pool's <c>base</c>.</param>
internal sealed record CheckoutRecord(string Key, string Url, string Base)
{
    /// <summary>Writes the record.</summary>
    /// <param name="checkout">The checkout's folder; there is a repository in it.</param>
    public void Write(string checkout)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("repository", Key);
            json.WriteString("url", Url);
            json.WriteString("base", Base);
            json.WriteEndObject();
        }

        Directory.CreateDirectory(LeaseFile.Folder(checkout));
        File.WriteAllBytes(FileOf(checkout), buffer.WrittenSpan.ToArray());
    }

    /// <summary>Whether there is one, as there is not in a checkout of an older gitproc.</summary>
    /// <param name="checkout">The checkout's folder.</param>
    /// <returns>True when there is.</returns>
    public static bool Exists(string checkout) => File.Exists(FileOf(checkout));

    /// <summary>Reads the record.</summary>
    /// <param name="checkout">The checkout's folder.</param>
    /// <returns>The record; null when there is none, or none that can be read.</returns>
    public static CheckoutRecord? Read(string checkout)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(FileOf(checkout)));
            return new CheckoutRecord(Text("repository"), Text("url"), Text("base"));

            string Text(string name) => json.RootElement.GetProperty(name).GetString()!;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string FileOf(string checkout) => Path.Combine(LeaseFile.Folder(checkout), "checkout");
}
