using System.IO.Pipes;
using System.Security.Cryptography;
using System.Text;
using Gitproc.Registry;

namespace Gitproc.Agents;

/// <summary>
/// The way to the agent of a pool: a Unix socket in the pool's folder, or a named pipe on Windows. Both ends refuse a
/// peer of another user (learn.microsoft.com, PipeOptions.CurrentUserOnly).
/// </summary>
/// <remarks>A request is one line of JSON. Answers follow, one a line, until the last one.</remarks>
internal static class AgentSocket
{
    // sun_path has 104 bytes on macOS and 108 on Linux, with the zero at its end.
    private const int MaxPath = 103;

    /// <summary>The name of the pipe for .NET, which takes an absolute path for a socket at that path.</summary>
    public static string NameOf(PoolFolder folder)
    {
        if (!OperatingSystem.IsWindows() && Encoding.UTF8.GetByteCount(folder.AgentSocket) <= MaxPath)
            return folder.AgentSocket;
        // Windows takes any case of a path for the same.
        var path = OperatingSystem.IsWindows() ? folder.Path.ToUpperInvariant() : folder.Path;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(path)).AsSpan(0, 8);
        return $"gitproc-{Convert.ToHexString(hash)}";
    }

    /// <summary>Connects to the agent.</summary>
    /// <returns>Null if none listens.</returns>
    public static Stream? TryConnect(PoolFolder folder)
    {
        var pipe = new NamedPipeClientStream(
            ".", NameOf(folder), PipeDirection.InOut, PipeOptions.CurrentUserOnly | PipeOptions.Asynchronous);
        try
        {
            pipe.Connect(0);
            return pipe;
        }
        catch (Exception e) when (e is TimeoutException or IOException or UnauthorizedAccessException)
        {
            pipe.Dispose();
            return null;
        }
    }
}
