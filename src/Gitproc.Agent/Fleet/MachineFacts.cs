using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using Gitproc.Files;
using Gitproc.Repositories;

namespace Gitproc.Agent.Fleet;

/// <summary>What a machine says of itself to the fleet.</summary>
internal static class MachineFacts
{
    private static readonly string Version = typeof(MachineFacts).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <returns>A JSON object; see <c>gitproc.machine.facts</c> in the schema.</returns>
    public static string Read(string pool, PoolSettings settings) => JsonSerializer.Serialize(new
    {
        host = Environment.MachineName,
        sshHost = settings.Fleet.SshHost,
        allow = settings.Fleet.Allowed,
        maxCheckouts = settings.MaxCheckouts,
        maxLocked = settings.MaxLocked,
        pool,
        version = Version,
        system = RuntimeInformation.OSDescription,
        processors = Environment.ProcessorCount,
        freeSpace = Directory.Exists(pool) ? Volume.SpaceOf(pool).Free : (long?)null,
    });
}
