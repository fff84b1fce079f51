using Gitproc.Reports;
using Npgsql;

namespace Gitproc.Fleet.Database;

/// <summary>
/// Where the fleet's database is: what <c>gitproc.fleet</c> says, completed as libpq does it. Npgsql itself reads
/// <c>PGPASSWORD</c>, <c>PGPASSFILE</c>, <c>PGUSER</c> and the files of <c>PGSSLCERT</c>, <c>PGSSLKEY</c> and
/// <c>PGSSLROOTCERT</c> (npgsql.org/doc/connection-string-parameters.html, "Environment variables").
/// </summary>
internal static class FleetAddress
{
    /// <summary>Reads a connection string of Npgsql, or a URL (PostgreSQL docs, 34.1.1.2 "Connection URIs").</summary>
    /// <param name="text">As <c>Host=db;Database=fleet</c> or <c>postgresql://agent@db/fleet?sslmode=verify-full</c>;
    /// with <c>service=NAME</c>, the rest comes from the connection service file.</param>
    /// <exception cref="GitprocException">The text is neither.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        try
        {
            var address = new NpgsqlConnectionStringBuilder();
            foreach (var (name, value) in Pairs(text))
                Set(address, name, value);
            if (address.Host is null or "")
                throw new FormatException("it names no Host.");
            address.ApplicationName ??= "gitproc";
            return address;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            // The message may quote a part of the text. A password in it must not be shown.
            var why = e is FormatException ? e.Message : "a part of it is not known to Npgsql.";
            throw new GitprocException(
                ErrorReason.InvalidSetting,
                $"gitproc.fleet is not the address of a PostgreSQL database: {why} Write it as "
                    + "postgresql://HOST/DATABASE or as Host=HOST;Database=DATABASE.",
                "gitproc.fleet");
        }
    }

    /// <summary>Names the database without user or password.</summary>
    /// <returns>As <c>db.example.com/fleet</c>.</returns>
    public static string Show(NpgsqlConnectionStringBuilder address) => $"{address.Host}/{address.Database}";

    private static IEnumerable<(string Name, string Value)> Pairs(string text)
    {
        var pairs = text.StartsWith("postgres://", StringComparison.Ordinal)
            || text.StartsWith("postgresql://", StringComparison.Ordinal)
            ? OfUrl(text)
            : OfConnectionString(text);
        var named = pairs.Find(pair => pair.Name == "service").Value;
        return named is null
            ? pairs
            // What is said beside the name of the service counts more (PostgreSQL docs, 34.17).
            : ServiceFile.Read(named).Concat(pairs.Where(pair => pair.Name != "service"));
    }

    private static List<(string Name, string Value)> OfConnectionString(string text)
    {
        var parts = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = text };
        return [.. parts.Keys.Cast<string>().Select(name => (name, $"{parts[name]}"))];
    }

    private static List<(string Name, string Value)> OfUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
            throw new FormatException("the URL cannot be read.");
        var pairs = new List<(string Name, string Value)>();
        if (url.Host.Length > 0)
            pairs.Add(("host", url.Host));
        if (url.Port > 0)
            pairs.Add(("port", $"{url.Port}"));
        var user = url.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
            pairs.Add(("user", Uri.UnescapeDataString(user[0])));
        if (user.Length > 1)
            pairs.Add(("password", Uri.UnescapeDataString(user[1])));
        if (url.AbsolutePath.Trim('/') is { Length: > 0 } database)
            pairs.Add(("dbname", Uri.UnescapeDataString(database)));
        foreach (var part in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = part.Split('=', 2);
            pairs.Add((Uri.UnescapeDataString(pair[0]), Uri.UnescapeDataString(pair.ElementAtOrDefault(1) ?? "")));
        }

        return pairs;
    }

    // libpq's names for what Npgsql calls otherwise.
    private static void Set(NpgsqlConnectionStringBuilder address, string name, string value) => address[name switch
    {
        "dbname" => "Database",
        "user" => "Username",
        "connect_timeout" => "Timeout",
        "sslmode" => "SSL Mode",
        "sslrootcert" => "Root Certificate",
        "sslcert" => "SSL Certificate",
        "sslkey" => "SSL Key",
        "passfile" => "Passfile",
        "application_name" => "Application Name",
        "options" => "Options",
        _ => name,
    }] = name == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
}

/// <summary>libpq's connection service file, which Npgsql does not read (PostgreSQL docs, 34.17).</summary>
internal static class ServiceFile
{
    /// <summary>Reads the parameters of a service.</summary>
    /// <exception cref="FormatException">No file has a section of that name.</exception>
    public static List<(string Name, string Value)> Read(string service)
    {
        foreach (var path in Paths().Where(File.Exists))
        {
            var section = File.ReadLines(path)
                .Select(line => line.Trim())
                .SkipWhile(line => line != $"[{service}]")
                .Skip(1)
                .TakeWhile(line => !line.StartsWith('['))
                .Where(line => line.Length > 0 && line[0] != '#')
                .Select(line => line.Split('=', 2))
                .Where(pair => pair.Length == 2)
                .Select(pair => (pair[0].Trim(), pair[1].Trim()))
                .ToList();
            if (section.Count > 0)
                return section;
        }

        throw new FormatException($"no service file has the service {service}.");
    }

    private static IEnumerable<string> Paths()
    {
        if (Environment.GetEnvironmentVariable("PGSERVICEFILE") is { Length: > 0 } named)
            yield return named;
        else if (OperatingSystem.IsWindows())
            yield return Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "postgresql", ".pg_service.conf");
        else
            yield return Path.Combine(Gitproc.Files.Paths.Home, ".pg_service.conf");
        if (Environment.GetEnvironmentVariable("PGSYSCONFDIR") is { Length: > 0 } system)
            yield return Path.Combine(system, "pg_service.conf");
    }
}
