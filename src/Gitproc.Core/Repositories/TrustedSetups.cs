using System.Buffers;
using System.Text.Json;
using Gitproc.Files;
using Gitproc.Registry;

namespace Gitproc.Repositories;

/// <summary>
/// The proposals that the user has approved: the file <c>trusted</c> of the pool, private to the user. It has for each
/// repository the SHA-256 of the content and the settings that were read from it.
/// </summary>
/// <remarks>
/// It is a file, because a database that is lost must not take approvals along, or, restored, bring old ones back. It
/// guards against content that somebody else wrote, and not against processes: jobs run as the user, and could write
/// it.
/// </remarks>
internal sealed class TrustedSetups(PoolFolder folder)
{
    private string File => folder.Trusted;

    /// <summary>The settings of a proposal that the user has approved.</summary>
    /// <returns>The settings; null if this content is not approved.</returns>
    public IReadOnlyList<KeyValuePair<string, string>>? Find(string key, Proposal proposal) =>
        Read().TryGetValue(key, out var known) && known.Sha256 == proposal.Sha256 ? known.Entries : null;

    /// <summary>Lists the keys of the repositories for which something was approved.</summary>
    public IReadOnlyList<string> Keys() => [.. Read().Keys.Order(StringComparer.Ordinal)];

    /// <summary>Approves a proposal, in place of an earlier one of the repository.</summary>
    public void Add(string key, Proposal proposal, IReadOnlyList<KeyValuePair<string, string>> entries) =>
        Change(all => all[key] = new(proposal.Sha256, entries));

    /// <summary>Takes an approval back.</summary>
    /// <returns>False if there was none.</returns>
    public bool Remove(string key)
    {
        var isRemoved = false;
        Change(all => isRemoved = all.Remove(key));
        return isRemoved;
    }

    private void Change(Action<SortedDictionary<string, Approved>> change)
    {
        using var alone = FileLock.Acquire(
            folder.TrustedLock, "changes what you trust", reports: null, CancellationToken.None);
        var all = Read();
        change(all);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
            Write(json, all);
        WholeFile.Write(File, buffer.WrittenSpan, isPrivate: true);
    }

    private static void Write(Utf8JsonWriter json, SortedDictionary<string, Approved> all)
    {
        json.WriteStartObject();
        foreach (var (key, approved) in all)
        {
            json.WriteStartObject(key);
            json.WriteString("sha256", approved.Sha256);
            json.WriteStartArray("settings");
            foreach (var (name, value) in approved.Entries)
            {
                json.WriteStartArray();
                json.WriteStringValue(name);
                json.WriteStringValue(value);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    // A file that cannot be read approves nothing.
    private SortedDictionary<string, Approved> Read()
    {
        var all = new SortedDictionary<string, Approved>(StringComparer.Ordinal);
        if (PlainFile.TryRead(File) is not { } bytes)
            return all;
        try
        {
            using var json = JsonDocument.Parse(bytes);
            foreach (var one in json.RootElement.EnumerateObject())
            {
                all[one.Name] = new(
                    one.Value.GetProperty("sha256").GetString()!,
                    [
                        .. one.Value.GetProperty("settings").EnumerateArray()
                            .Select(entry => KeyValuePair.Create(entry[0].GetString()!, entry[1].GetString()!)),
                    ]);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            all.Clear();
        }

        return all;
    }

    private sealed record Approved(string Sha256, IReadOnlyList<KeyValuePair<string, string>> Entries);
}
