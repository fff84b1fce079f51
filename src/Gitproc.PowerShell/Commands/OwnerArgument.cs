using System.Diagnostics;
using System.Management.Automation;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.PowerShell.Commands;

/// <summary>The owner of a lease as an argument.</summary>
internal static class OwnerArgument
{
    /// <summary>Reads a process or a process id.</summary>
    /// <exception cref="GitprocException">It is neither, or the process does not run.</exception>
    public static LeaseOwner Read(PSObject argument)
    {
        if (argument.BaseObject is Process process)
            return LeaseOwner.OfProcess(process.Id);
        return LanguagePrimitives.TryConvertTo<int>(argument.BaseObject, out var id)
            ? LeaseOwner.OfProcess(id)
            : throw new GitprocException(
                ErrorReason.OwnerNotRunning, $"'{argument}' is neither a process nor a process id.", $"{argument}");
    }
}
