using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Gitproc.Processes;

namespace Gitproc.Unit.Support;

/// <summary>A test that is skipped if there is no sshd.</summary>
[AttributeUsage(AttributeTargets.Method)]
public class SshFactAttribute : FactAttribute
{
    public SshFactAttribute(
        [CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        if (SshServer.Program is null)
            Skip = "sshd is not installed.";
    }
}

/// <summary>As <see cref="SshFactAttribute"/>, for a test with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SshTheoryAttribute : TheoryAttribute
{
    public SshTheoryAttribute(
        [CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        if (SshServer.Program is null)
            Skip = "sshd is not installed.";
    }
}

/// <summary>
/// "Another machine": a real sshd on loopback, which runs as the user of the test, and gives what it starts a home and
/// a pool of its own. Its keys and its configuration are in a folder of the test.
/// </summary>
public sealed class SshServer : IDisposable
{
    private readonly string _folder;
    private readonly int _port;
    private readonly Process _process;

    /// <param name="folder">A folder that exists, for keys, and for home and pool if they are not given.</param>
    /// <param name="path">The PATH of what it starts.</param>
    public SshServer(string folder, string? path = null, string? home = null, string? pool = null)
    {
        _folder = folder;
        Home = home ?? Directory.CreateDirectory(Path.Combine(folder, "home")).FullName;
        Pool = pool ?? Path.Combine(folder, "pool");
        MakeKey("host");
        MakeKey("user");
        var port = FreePort();
        string[] variables =
        [
            $"HOME={Home}", $"XDG_CONFIG_HOME={Home}/.config", $"GITPROC_POOL={Pool}", "GIT_CONFIG_NOSYSTEM=1",
            $"PATH={path ?? $"{GitprocProgram.Folder}:{Environment.GetEnvironmentVariable("PATH")}"}",
            $"DOTNET_ROOT={Environment.GetEnvironmentVariable("DOTNET_ROOT")}",
        ];
        File.WriteAllText(this["sshd_config"], $"""
            ListenAddress 127.0.0.1
            Port {port}
            HostKey {this["host"]}
            AuthorizedKeysFile {this["user.pub"]}
            PasswordAuthentication no
            UsePAM no
            StrictModes no
            PidFile none
            MaxStartups 200
            SetEnv {string.Join(' ', variables.Select(variable => $"\"{variable}\""))}
            {Subsystems}
            """);
        _port = port;
        File.WriteAllText(this["ssh_config"], Config("*"));
        // sshd wants it where root runs it, and a system makes it only when it starts sshd itself.
        if (Environment.UserName == "root")
            Directory.CreateDirectory("/run/sshd");
        _process = Process.Start(
            new ProcessStartInfo(Program!, ["-D", "-f", this["sshd_config"], "-E", this["log"]])
            {
                RedirectStandardInput = true,
            })!;
        Eventually.True(() => _process.HasExited || Answers(port));
        Assert.False(_process.HasExited, File.ReadAllText(this["log"]));
    }

    /// <summary>The path of sshd; null if there is none. It must be absolute.</summary>
    public static string? Program { get; } =
        ProgramPath.Find("sshd") ?? (File.Exists("/usr/sbin/sshd") ? "/usr/sbin/sshd" : null);

    public string Home { get; }

    public string Pool { get; }

    public string Subsystems { get; init; } = "";

    /// <summary>The value of <c>gitproc.ssh</c> with which any host name leads here.</summary>
    public string Ssh => $"ssh -F {this["ssh_config"]}";

    /// <summary>The variables with which gitproc reaches it.</summary>
    public (string Name, string Value)[] Variables => [("GITPROC_SSH", Ssh)];

    private string this[string name] => Path.Combine(_folder, name);

    /// <summary>What a configuration of ssh has under a host's name that leads here.</summary>
    public string Config(string host) => $"""
        Host {host}
            HostName 127.0.0.1
            Port {_port}
            User {Environment.UserName}
            IdentityFile {this["user"]}
            IdentitiesOnly yes
            UserKnownHostsFile /dev/null
            StrictHostKeyChecking no
            LogLevel ERROR

        """;

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private void MakeKey(string name)
    {
        using var making = Process.Start("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", this[name]]);
        making.WaitForExit();
        Assert.Equal(0, making.ExitCode);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool Answers(int port)
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
