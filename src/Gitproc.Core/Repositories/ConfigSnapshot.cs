using System.Text;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Text;

namespace Gitproc.Repositories;

/// <summary>An answer of git config, with the state of the files that tells whether it still holds.</summary>
/// <param name="AskedAt">When git was asked, in UTC.</param>
internal sealed record ConfigSnapshot(GitConfig Config, IReadOnlyList<FileStamp> Files, DateTime AskedAt)
{
    // git does not say where it would look for a system config that does not exist. One that is written later counts
    // after this time at the latest.
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);

    // A file written this shortly before might be written again within one tick of the file system's clock.
    private static readonly TimeSpan FileClockTick = TimeSpan.FromMilliseconds(50);

    private const byte FormatVersion = 7;

    /// <summary>Records the state of the files that an answer depends on.</summary>
    /// <param name="askedAt">When git was asked, in UTC.</param>
    public static ConfigSnapshot Take(GitConfig config, IEnumerable<string> files, DateTime askedAt) =>
        new(config, [.. files.Distinct().Select(FileStamp.Of)], askedAt);

    /// <summary>
    /// True if the answer depends on nothing but the files, these had been at rest when git read them, and nothing in
    /// it may be a password.
    /// </summary>
    public bool MayBeKept =>
        !Config.HasRepositoryError
        && Files.All(file => file.ModifiedTicks < (AskedAt - FileClockTick).Ticks)
        && !KeptEntries.Concat(KeptLocal).Concat(KeptOfUser)
            .Any(entry => Redaction.MayHoldSecret(entry.Key) || Redaction.MayHoldSecret(entry.Value));

    // The address of the fleet may have a password. The agent asks git for it, and nobody else needs it.
    private IEnumerable<KeyValuePair<string, string>> KeptEntries =>
        Config.Entries.Where(entry => IsAskedFor(entry.Key) && entry.Key != FleetSettings.AddressKey);

    private IEnumerable<KeyValuePair<string, string>> KeptLocal =>
        CarriedConfig.OfInterest(Config).Where(entry => entry.Key != FleetSettings.AddressKey);

    private IEnumerable<KeyValuePair<string, string>> KeptOfUser =>
        Config.OfUser.Where(entry =>
            HookSettings.IsAskedFor(entry.Key)
            || CopySettings.IsSetting(entry.Key)
            || SubmoduleAddress.IsAskedFor(entry.Key)
            || SpareSettings.IsSetting(entry.Key)
            || FleetSettings.IsSetting(entry.Key)
            || RemoteSettings.IsSetting(entry.Key)
            || entry.Key == PoolSettings.SubmoduleRecurse);

    /// <summary>True if git would answer the same now.</summary>
    public bool IsCurrent()
    {
        var age = DateTime.UtcNow - AskedAt;
        return age >= TimeSpan.Zero && age < MaxAge && Files.All(file => FileStamp.Of(file.Path) == file);
    }

    /// <summary>Encodes it without the entries that nobody here asks for.</summary>
    /// <returns>The bytes.</returns>
    public byte[] Encode()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(FormatVersion);
        writer.Write(AskedAt.Ticks);
        writer.Write(Config.TopLevel ?? "");
        writer.Write(Config.WhyNoRepository ?? "");
        Write(KeptEntries);
        Write(KeptLocal);
        Write(KeptOfUser);
        writer.Write(Files.Count);
        foreach (var (path, target, ticks, length) in Files)
        {
            writer.Write(path);
            writer.Write(target);
            writer.Write(ticks);
            writer.Write(length);
        }

        writer.Flush();
        return stream.ToArray();

        void Write(IEnumerable<KeyValuePair<string, string>> kept)
        {
            var entries = kept.ToList();
            writer.Write(entries.Count);
            foreach (var (key, value) in entries)
            {
                writer.Write(key);
                writer.Write(value);
            }
        }
    }

    /// <returns>The snapshot; null if another version of the program made them.</returns>
    public static ConfigSnapshot? Decode(byte[] content)
    {
        using var reader = new BinaryReader(new MemoryStream(content), Encoding.UTF8);
        if (reader.ReadByte() != FormatVersion)
            return null;
        var askedAt = new DateTime(reader.ReadInt64(), DateTimeKind.Utc);
        var (topLevel, why) = (reader.ReadString(), reader.ReadString());
        var (entries, local, ofUser) = (Read(), Read(), Read());
        var files = new FileStamp[reader.ReadInt32()];
        for (var i = 0; i < files.Length; i++)
            files[i] = new(reader.ReadString(), reader.ReadString(), reader.ReadInt64(), reader.ReadInt64());
        return new ConfigSnapshot(
            new GitConfig(entries, topLevel.Length > 0 ? topLevel : null, why.Length > 0 ? why : null)
            {
                Local = local,
                OfUser = ofUser,
                IsNew = false,
            },
            files,
            askedAt);

        KeyValuePair<string, string>[] Read()
        {
            var entries = new KeyValuePair<string, string>[reader.ReadInt32()];
            for (var i = 0; i < entries.Length; i++)
                entries[i] = new(reader.ReadString(), reader.ReadString());
            return entries;
        }
    }

    private static bool IsAskedFor(string key) =>
        key.StartsWith("gitproc.", StringComparison.Ordinal)
        || (key.StartsWith("url.", StringComparison.Ordinal) && key.EndsWith(".insteadof", StringComparison.Ordinal))
        || (key.StartsWith("remote.", StringComparison.Ordinal) && key.EndsWith(".url", StringComparison.Ordinal))
        || key == "checkout.workers";
}
