using Gitproc.Text;

namespace Gitproc.Repositories;

/// <summary>The fleet that this machine belongs to.</summary>
/// <remarks>It decides whom the machine trusts, so it is the user's own, and never that of a repository.</remarks>
/// <param name="Address">
/// Where its PostgreSQL database is: a connection string or a URL, which may hold a password. Null for none.
/// </param>
/// <param name="MachineTimeout">After what time without a sign of life the machine loses its slots.</param>
/// <param name="WaitsIfAway">True if an acquire waits while the database cannot be reached, false if it fails.</param>
/// <param name="SshHost">Where ssh reaches the machine from others; null for its name in the fleet.</param>
/// <param name="Allowed">
/// What others of the fleet may ask of the machine, separated by blanks; empty for nothing.
/// </param>
internal sealed record FleetSettings(
    string? Address, TimeSpan MachineTimeout, bool WaitsIfAway, string? SshHost, string Allowed)
{
    /// <summary>The key of <see cref="Address"/>.</summary>
    public const string AddressKey = "gitproc.fleet";

    /// <summary>True for the keys that count only if the user has set them, but for the address.</summary>
    public static bool IsSetting(string key) => key is "gitproc.sshhost" or "gitproc.allow";

    /// <summary>True if others of the fleet may ask for something.</summary>
    public bool Allows(string what) =>
        Allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries).Contains(what, StringComparer.OrdinalIgnoreCase);

    public static FleetSettings Read(SettingReader reader) => new(
        reader.Variable("fleet", "GITPROC_FLEET") ?? OfUser(reader, AddressKey),
        reader.Value("machineTimeout", "GITPROC_MACHINE_TIMEOUT", ParseTimeout) ?? TimeSpan.FromMinutes(10),
        (reader.Value("fleetAway", "GITPROC_FLEET_AWAY", ParseAway) ?? FleetAway.Wait) == FleetAway.Wait,
        reader.Variable("sshHost", "GITPROC_SSH_HOST") ?? OfUser(reader, "gitproc.sshhost"),
        reader.Variable("allow", "GITPROC_ALLOW") ?? string.Join(' ', Allowances(reader)));

    // An empty value removes those before it (UserSetting.Read).
    private static IEnumerable<string> Allowances(SettingReader reader) => reader.Config.OfUser
        .Where(entry => entry.Key == "gitproc.allow")
        .Select(entry => entry.Value)
        .Reverse()
        .TakeWhile(value => value.Length > 0);

    private static string? OfUser(SettingReader reader, string key) =>
        reader.Config.OfUser.LastOrDefault(entry => entry.Key == key).Value is { Length: > 0 } value ? value : null;

    private static TimeSpan? ParseTimeout(string text) =>
        Duration.Parse(text) is { } time && time >= TimeSpan.FromSeconds(1) ? time : null;

    private static FleetAway? ParseAway(string text) => text.ToLowerInvariant() switch
    {
        "wait" => FleetAway.Wait,
        "fail" => FleetAway.Fail,
        _ => null,
    };

    private enum FleetAway
    {
        Wait,
        Fail,
    }
}
