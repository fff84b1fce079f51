using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gitproc.Repositories;

/// <summary>
/// Where in a pool's <c>base</c> the base repository of a key is: <c>host/path.git</c>, in names that every system
/// takes.
/// </summary>
internal static class BaseFolder
{
    /// <summary>Follows <c>.git</c> in the name of a folder that is set aside; a time follows.</summary>
    public const string Damaged = ".damaged-";

    private const string GitSuffix = ".git";
    private const string Forbidden = "<>:\"|?*\\%";
    private const int MaxNameLength = 100;
    private const int MaxPathLength = 120;
    private const int MaxFirst = 80;

    // learn.microsoft.com/windows/win32/fileio/naming-a-file
    private static readonly HashSet<string> Devices = new(
        [
            "con",
            "prn",
            "aux",
            "nul",
            "conin$",
            "conout$",
            .. "0123456789¹²³".SelectMany(n => new[] { $"com{n}", $"lpt{n}" }),
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Makes the name of the folder for a key. Different keys have different folders.</summary>
    public static string Of(string key)
    {
        var parts = key switch
        {
            ['/', '/', .. var share] => ["_unc", .. share.Split('/').Select(Encode)],
            ['/', .. var path] => ["_", .. path.Split('/').Select(Encode)],
            [_, ':', '/', .. var path] => ["_", key[..1], .. path.Split('/').Select(Encode)],
            _ => OfRemote(key.Split('/')),
        };
        // A folder that ends in .git is a base repository, and none lies in another one.
        for (var i = 0; i < parts.Length - 1; i++)
        {
            if (parts[i].EndsWith(GitSuffix, StringComparison.OrdinalIgnoreCase))
                parts[i] = parts[i][..^GitSuffix.Length] + "%2e" + parts[i][^3..];
        }

        var folder = string.Join('/', parts) + GitSuffix;
        return folder.Length <= MaxPathLength && parts.All(IsShort) ? folder : Shorten(parts[0], key);
    }

    public static IEnumerable<string> All(string folder) =>
        !Directory.Exists(folder)
            ? []
            : Directory
                .EnumerateDirectories(folder)
                .SelectMany(path =>
                    path.EndsWith(GitSuffix, StringComparison.OrdinalIgnoreCase) ? [path]
                    : path.Contains(Damaged, StringComparison.Ordinal) ? []
                    : All(path));

    // A colon is no part of a name on Windows: a port follows a plus, and IPv6 addresses are written with dashes. Local
    // repositories have the folders that begin with an underscore for themselves.
    private static string[] OfRemote(string[] parts)
    {
        var host = parts[0];
        var end = host.IndexOf(']', StringComparison.Ordinal) + 1;
        var name = host[..end].Replace(':', '-') + host[end..].Replace(':', '+');
        return [name is ['_', .. var rest] ? "%5f" + Encode(rest) : Encode(name), .. parts.Skip(1).Select(Encode)];
    }

    // Linux and macOS count the bytes of a name, of which 255 may be.
    private static bool IsShort(string name) => Encoding.UTF8.GetByteCount(name) <= MaxNameLength;

    private static string Encode(string name)
    {
        var encoded = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            var isLast = i == name.Length - 1;
            var c = name[i];
            if (Forbidden.Contains(c, StringComparison.Ordinal) || char.IsControl(c) || (isLast && c is '.' or ' '))
                encoded.Append(CultureInfo.InvariantCulture, $"%{(int)c:x2}");
            else
                encoded.Append(c);
        }

        return Devices.Contains(name.Split('.')[0].TrimEnd(' '))
            ? $"%{(int)name[0]:x2}{encoded.ToString(1, encoded.Length - 1)}"
            : encoded.ToString();
    }

    private static string Shorten(string first, string key)
    {
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..16].ToLowerInvariant();
        return $"{(first.Length <= MaxFirst && IsShort(first) ? first : "_")}/%long/{hash}{GitSuffix}";
    }
}
