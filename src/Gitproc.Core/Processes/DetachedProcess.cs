using System.ComponentModel;
using System.Diagnostics;
using Gitproc.Interop;

namespace Gitproc.Processes;

/// <summary>Starts a process that goes on when this one and its terminal are gone.</summary>
public static class DetachedProcess
{
    /// <summary>Starts one. Nobody reads its output or writes its input.</summary>
    /// <param name="program">The path of the program; it has to call <see cref="Leave"/>.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="workingDirectory">The folder it stands in.</param>
    /// <returns>False when it could not be started.</returns>
    public static bool Start(string program, IEnumerable<string> arguments, string workingDirectory)
    {
        // Pipes of its own: with those of this process whoever reads its output would wait for the other.
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
        };
        try
        {
            using var process = Process.Start(start);
            return true;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Leaves the session of the terminal, so that neither Ctrl+C there nor its end reaches this process (setsid(2)).</summary>
    public static void Leave()
    {
        // Fails for the leader of a group, which was not started by Start.
        if (!OperatingSystem.IsWindows())
            _ = LibC.SetSid();
    }
}
