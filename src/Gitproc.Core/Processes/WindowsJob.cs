using System.Diagnostics;
using System.Runtime.Versioning;
using Gitproc.Interop;
using Microsoft.Win32.SafeHandles;

namespace Gitproc.Processes;

/// <summary>
/// The job object of this process. Windows ends the processes in it when this process is killed, because nobody else
/// has the handle. So no git goes on in a checkout that the next job has already. What git has left behind when this
/// process ends by itself goes on, for example the browser in which the user has signed in. Thread-safe.
/// </summary>
[SupportedOSPlatform("windows")]
internal static unsafe class WindowsJob
{
    // JOBOBJECTINFOCLASS 9 is JobObjectExtendedLimitInformation.
    private const int ExtendedLimits = 9;
    private const uint KillOnClose = 0x2000; // JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE

    private static readonly Lazy<SafeFileHandle> Job = new(Create);

    /// <summary>
    /// Adds a process that was just started. What it has started in the moment before is not in the job. A process that
    /// has ended, or may not be added, is left as it is.
    /// </summary>
    public static void Add(Process process) => _ = Kernel32.AssignProcessToJobObject(Job.Value, process.SafeHandle);

    private static SafeFileHandle Create()
    {
        var job = Kernel32.CreateJobObject(0, 0);
        Limit(job, KillOnClose);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Limit(job, flags: 0);
        return job;
    }

    private static void Limit(SafeFileHandle job, uint flags)
    {
        var limits = new Kernel32.ExtendedLimits { Flags = flags };
        _ = Kernel32.SetInformationJobObject(job, ExtendedLimits, &limits, sizeof(Kernel32.ExtendedLimits));
    }
}
