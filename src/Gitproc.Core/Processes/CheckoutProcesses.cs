using System.ComponentModel;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Processes;

/// <summary>The processes that run in a checkout, except this process and its ancestors.</summary>
internal static class CheckoutProcesses
{
    // Gives a build or an editor time to save its work.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <exception cref="GitprocException">The system does not say which processes run there.</exception>
    public static IReadOnlyList<ProcessEntry> Of(string checkout)
    {
        try
        {
            return FolderProcesses.In(checkout, OwnAncestry.Ids());
        }
        catch (Win32Exception e)
        {
            throw new GitprocException(
                ErrorReason.ProcessesNotKnown,
                $"The processes that run in {checkout} cannot be found: {e.Message}",
                checkout,
                e);
        }
    }

    /// <summary>Asks the processes to end, waits, and kills those that still run.</summary>
    /// <returns>The processes that still run.</returns>
    public static IReadOnlyList<ProcessEntry> Stop(string checkout, CancellationToken cancellationToken) =>
        ProcessEnding.End(Of(checkout), Patience, cancellationToken);

    /// <summary>Lists ids and names of processes for a message.</summary>
    public static string Names(IReadOnlyList<ProcessEntry> processes)
    {
        const int most = 5;
        var names = string.Join(
            ", ", processes.Take(most).Select(entry => $"{entry.Identity.Id} ({PrintableText.Of(entry.Name)})"));
        return processes.Count > most ? $"{names} and {processes.Count - most} more" : names;
    }
}
