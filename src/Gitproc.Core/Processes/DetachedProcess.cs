using System.ComponentModel;
using System.Diagnostics;
using Gitproc.Interop;

namespace Gitproc.Processes;

/// <summary>Starts a process that keeps running after this process and its terminal are gone.</summary>
internal static class DetachedProcess
{
    /// <summary>Starts the process. Its output is not read, and it gets no input.</summary>
    /// <param name="program">The path of the program. The program must call <see cref="Leave"/>.</param>
    /// <param name="arguments">The arguments of the program.</param>
    /// <param name="workingDirectory">The working directory of the process.</param>
    /// <param name="variables">Variables that it gets besides those of this process; null for none.</param>
    /// <returns>False if the process could not be started.</returns>
    public static bool Start(
        string program,
        IEnumerable<string> arguments,
        string workingDirectory,
        IEnumerable<KeyValuePair<string, string>>? variables = null)
    {
        // The process gets pipes of its own. If it inherited the pipes of this process, a program that reads the output
        // of this process would wait until the other process ends, too.
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
        };
        foreach (var (name, value) in variables ?? [])
            start.Environment[name] = value;
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

    /// <summary>
    /// The processes in the session of one that has called <see cref="Leave"/>. On Windows, where there are no
    /// sessions: it and its descendants.
    /// </summary>
    /// <remarks>No process gets an id as long as there is a session of that id (setsid(2)).</remarks>
    public static IReadOnlyList<ProcessEntry> Session(ProcessIdentity leader)
    {
        var now = ProcessTable.Find(leader.Id);
        if (now is not null && now.Identity != leader)
            return [];
        if (OperatingSystem.IsWindows())
            return ProcessTable.Descent(leader.Id);
        var members = new List<ProcessEntry>();
        foreach (var id in ProcessTable.Ids())
        {
            if (LibC.GetSid(id) == leader.Id && ProcessTable.Find(id) is { } member)
                members.Add(member);
        }

        return members;
    }

    /// <summary>
    /// Moves this process to a session of its own (setsid(2)), so that neither Ctrl+C in the terminal nor its closing
    /// ends it.
    /// </summary>
    public static void Leave()
    {
        // This fails for the leader of a process group, but Start never starts one.
        if (!OperatingSystem.IsWindows())
            _ = LibC.SetSid();
    }
}
