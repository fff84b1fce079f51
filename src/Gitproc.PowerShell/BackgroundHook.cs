using Gitproc.Pools;
using Gitproc.Processes;

namespace Gitproc.PowerShell;

/// <summary>Runs a hook in the background, in a process of its own.</summary>
public static class BackgroundHook
{
    /// <summary>What an acquire starts. The hook's variables name the pool.</summary>
    internal static DetachedProgram Runner => DetachedSession.For("BackgroundHook.ps1");

    /// <summary>Runs the hook. BackgroundHook.ps1 calls it in the new process.</summary>
    /// <param name="ticket">What the acquire has passed on.</param>
    public static void Run(string ticket)
    {
        DetachedProcess.Leave();
        new Pool().Checkouts.RunHook(ticket);
    }
}
