using System.Globalization;
using Gitproc.Files;
using Gitproc.Text;

namespace Gitproc.Repositories;

/// <summary>
/// How many spares the user wants: free checkouts that are ready for the next acquire. <c>gitproc.spare</c> is for all
/// repositories, and <c>gitproc.github.com/owner.spare</c> for some.
/// </summary>
/// <remarks>It decides what is made, and which hooks run for it, so it is a <see cref="UserSetting"/>.</remarks>
/// <param name="Counts">In the order of the config.</param>
/// <param name="MinFree">How much of the disk stays free of spares.</param>
internal sealed record SpareSettings(IReadOnlyList<(UserSetting Setting, int Count)> Counts, DiskReserve MinFree)
{
    private const string Name = "spare";

    public static SpareSettings Read(SettingReader reader)
    {
        var counts = new List<(UserSetting, int)>();
        foreach (var setting in UserSetting.Read(reader, Name, "GITPROC_SPARE"))
        {
            if (int.TryParse(setting.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                counts.Add((setting, count));
            else
            {
                var key = setting.Repository is null ? "gitproc.spare" : $"gitproc.{setting.Repository}.spare";
                reader.Fail(
                    $"The value '{setting.Value}' of {key} is not a number. Change or remove it: "
                        + $"git config --show-origin --get-all {key}",
                    key);
            }
        }

        var free = reader.Value("minFreeSpace", "GITPROC_MIN_FREE_SPACE", DiskReserve.Parse) ?? DiskReserve.Default;
        return new SpareSettings(counts, free);
    }

    /// <summary>True for the key of the number, of all repositories or of some.</summary>
    public static bool IsSetting(string key) => UserSetting.Is(key, Name);

    /// <summary>True if any repository is to have some.</summary>
    public bool AreWanted => Counts.Any(one => one.Count > 0);

    /// <summary>How many a repository is to have. What names most of its key counts, and of these the last.</summary>
    public int Of(string key) => Counts
        .Where(one => one.Setting.IsFor(key))
        .OrderBy(one => one.Setting.Repository?.Length ?? 0)
        .LastOrDefault().Count;

    /// <summary>True if there is enough space on the disk of a folder.</summary>
    public bool HasRoom(string folder)
    {
        var (free, size) = Volume.SpaceOf(folder);
        return free >= MinFree.Of(size);
    }
}

/// <summary>A part of a disk.</summary>
/// <param name="Share">The part of it, from 0 to 1; null for any.</param>
/// <param name="Bytes">No more bytes than these; null for any number.</param>
internal readonly record struct DiskReserve(double? Share, long? Bytes)
{
    /// <summary>5 %, and of a large disk 10 GB.</summary>
    public static DiskReserve Default { get; } = new(0.05, 10L << 30);

    /// <summary>Reads a size such as <c>10g</c>, or <c>5%</c>.</summary>
    public static DiskReserve? Parse(string text) =>
        text.EndsWith('%')
            ? int.TryParse(text[..^1].TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var percent)
                && percent <= 100
                    ? new DiskReserve(percent / 100.0, null)
                    : null
            : PrintableSize.Parse(text) is { } bytes ? new DiskReserve(null, bytes) : null;

    /// <summary>Its size.</summary>
    /// <param name="size">The size of the disk.</param>
    public long Of(long size) =>
        Math.Min(Share is { } share ? (long)(size * share) : long.MaxValue, Bytes ?? long.MaxValue);
}
