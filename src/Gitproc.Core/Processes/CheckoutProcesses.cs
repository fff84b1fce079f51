using System.ComponentModel;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Processes;

/// <summary>Who runs in a checkout, but for the caller and what it descends from.</summary>
internal static class CheckoutProcesses
{
    // Time for a build or an editor to write down what it has.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Finds them.</summary>
    public static IReadOnlyList<ProcessEntry> Of(string checkout)
    {
        try
        {
            return FolderProcesses.In(checkout, OwnAncestry.Ids());
        }
        catch (Win32Exception e)
        {
            throw new GitprocException(
                ErrorReason.ProcessesNotKnown, $"It is not known which processes run in {checkout}: {e.Message}", checkout, e);
        }
    }

    /// <summary>Ends them: asks, waits, and kills those that stay.</summary>
    public static IReadOnlyList<ProcessEntry> Stop(string checkout, CancellationToken cancellationToken) =>
        ProcessEnding.End(Of(checkout), Patience, cancellationToken);

    /// <summary>Names them.</summary>
    public static string Names(IReadOnlyList<ProcessEntry> processes)
    {
        const int most = 5;
        var names = string.Join(", ", processes.Take(most).Select(entry => $"{entry.Identity.Id} ({PrintableText.Of(entry.Name)})"));
        return processes.Count > most ? $"{names} and {processes.Count - most} more" : names;
    }
}
