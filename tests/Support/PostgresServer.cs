using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gitproc.Processes;

namespace Gitproc.Support;

/// <summary>
/// A PostgreSQL server of the tests' own. It listens on a Unix socket in its folder, and everybody who gets there may
/// be any role. It ends with the process that started it, also if that is killed.
/// </summary>
/// <remarks>
/// PostgreSQL does not run as root. Tests that do run it as the user nobody. One cluster is made per process of tests,
/// and each server gets a copy, which takes a tenth of the time.
/// </remarks>
internal sealed class PostgresServer : IDisposable
{
    /// <summary>The superuser.</summary>
    public const string Owner = "postgres";

    // In Debian, the server's programs are not on the PATH.
    private static readonly string? Programs = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Concat(
            Directory.Exists("/usr/lib/postgresql")
                ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin"))
                : [])
        .Where(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")))
        // The folder that has all of them, and not only links to some: pg_dump must be of the server's version.
        .Select(folder => Path.GetDirectoryName(RealPath(Path.Combine(folder, "postgres"))))
        .FirstOrDefault();

    // It ends the server when its input ends: at Stop, or when this process dies.
    private const string Guard = """log=$1; shift; "$@" >>"$log" 2>&1 & cat >/dev/null; kill -INT $! 2>/dev/null; wait""";

    private static readonly string[] AsNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

    private static readonly Lazy<string> Cluster = new(MakeCluster);

    private readonly string _folder;
    private readonly string[] _options;
    private Process? _guard;

    /// <summary>Starts a server.</summary>
    /// <param name="folder">Where its data and its socket are to be. Others may pass through it.</param>
    /// <param name="isDurable">True if the test ends the server's processes, so that what was committed must be on the
    /// disk.</param>
    /// <param name="isTcp">True to listen on a TCP port of loopback too.</param>
    /// <param name="options">More options, as <c>NAME=VALUE</c>.</param>
    public PostgresServer(string folder, bool isDurable = false, bool isTcp = false, params string[] options)
    {
        _folder = folder;
        Port = isTcp ? FreePort() : 5432;
        _options =
        [
            $"unix_socket_directories={folder}",
            $"listen_addresses={(isTcp ? "127.0.0.1" : "")}",
            $"port={Port.ToString(CultureInfo.InvariantCulture)}",
            $"fsync={(isDurable ? "on" : "off")}",
            "shared_buffers=32MB",
            "max_connections=200",
            "logging_collector=off",
            "log_min_messages=warning",
            .. options,
        ];
        Run("cp", "-a", Cluster.Value, Data);
        if (Environment.IsPrivilegedProcess)
            Run("chown", "65534:65534", folder);
        Start();
    }

    /// <summary>True if the programs are installed.</summary>
    public static bool IsInstalled => !OperatingSystem.IsWindows() && Programs is not null;

    /// <summary>The port, which is also a part of the socket's name.</summary>
    public int Port { get; }

    /// <summary>The Unix socket.</summary>
    public string Socket => Path.Combine(_folder, $".s.PGSQL.{Port}");

    /// <summary>The data folder.</summary>
    public string Data => Path.Combine(_folder, "data");

    /// <summary>The processor time of its processes that run.</summary>
    public TimeSpan ProcessorTime => ProcessTable.Descent(FirstProcess).Aggregate(
        TimeSpan.Zero,
        (sum, process) =>
        {
            try
            {
                return sum + Process.GetProcessById(process.Identity.Id).TotalProcessorTime;
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException)
            {
                // It has ended.
                return sum;
            }
        });

    private string PidFile => Path.Combine(Data, "postmaster.pid");

    private int FirstProcess => int.Parse(File.ReadLines(PidFile).First(), CultureInfo.InvariantCulture);

    private string Log => Path.Combine(_folder, "log");

    /// <summary>How a role gets to a database, as a connection string.</summary>
    public string Address(string database, string role = Owner) =>
        $"Host={_folder};Port={Port};Database={database};Username={role}";

    /// <summary>Starts the server, and waits until it takes sessions.</summary>
    public void Start()
    {
        string[] command =
        [
            .. Environment.IsPrivilegedProcess ? AsNobody : [],
            Path.Combine(Programs!, "postgres"), "-D", Data, .. _options.SelectMany(option => (string[])["-c", option]),
        ];
        _guard = Process.Start(
            new ProcessStartInfo("sh", ["-c", Guard, "sh", Log, .. command])
            {
                WorkingDirectory = _folder,
                RedirectStandardInput = true,
            })!;
        var end = DateTime.UtcNow + TimeSpan.FromMinutes(1);
        while (!IsReady())
        {
            if (DateTime.UtcNow > end)
                throw new InvalidOperationException($"PostgreSQL does not start:\n{File.ReadAllText(Log)}");
            Thread.Sleep(10);
        }
    }

    /// <summary>Stops the server. Sessions are ended.</summary>
    public void Stop()
    {
        if (_guard is null)
            return;
        _guard.StandardInput.Close();
        _guard.WaitForExit();
        _guard.Dispose();
        _guard = null;
    }

    /// <summary>Kills the server and all its processes, as a power failure does.</summary>
    public void Kill()
    {
        var first = FirstProcess;
        // The first process must not restart those that are killed before it, nor be in the middle of starting one.
        Run("kill", "-STOP", $"{first}");
        while (!Run("ps", "-o", "state=", "-p", $"{first}").TrimStart().StartsWith('T'))
            Thread.Sleep(5);
        var all = ProcessTable.Descent(first);
        Run("kill", ["-KILL", .. all.Select(process => $"{process.Identity.Id}")]);
        while (all.Any(process => ProcessTable.IsAlive(process.Identity)))
            Thread.Sleep(5);
        Stop();
        // It would make the next server look as if it were ready.
        File.Delete(PidFile);
    }

    /// <summary>Runs a program of PostgreSQL, as <c>psql</c>, as the superuser.</summary>
    /// <returns>What it prints.</returns>
    public string Run(string program, IEnumerable<string> arguments) =>
        Run(
            Path.Combine(Programs!, program),
            ["--host", _folder, "--port", $"{Port}", "--username", Owner, "--no-password", .. arguments]);

    /// <inheritdoc/>
    public void Dispose() => Stop();

    // The status is written last (src/backend/utils/init/miscinit.c, AddToDataDirLockFile).
    private bool IsReady()
    {
        try
        {
            return File.ReadLines(PidFile).ElementAtOrDefault(7)?.Trim() == "ready";
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string MakeCluster()
    {
        var folder = Directory.CreateTempSubdirectory("gitproc-postgres-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Run("rm", "-rf", folder);
        string[] prefix = [];
        if (Environment.IsPrivilegedProcess)
        {
            Run("chown", "65534:65534", folder);
            prefix = AsNobody;
        }

        var cluster = Path.Combine(folder, "cluster");
        string[] command =
        [
            .. prefix, Path.Combine(Programs!, "initdb"), "--pgdata", cluster, "--username", Owner, "--auth", "trust",
            "--encoding", "UTF8", "--locale", "C", "--wal-segsize", "1", "--no-sync", "--no-instructions",
        ];
        Run(command[0], command[1..]);
        return cluster;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string RealPath(string path) =>
        File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} exited with {process.ExitCode}: {error.Result}");
    }
}
