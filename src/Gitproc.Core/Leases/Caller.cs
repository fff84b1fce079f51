using Gitproc.Processes;
using Gitproc.Text;

namespace Gitproc.Leases;

/// <summary>The process that asked for an operation. The history names it.</summary>
/// <param name="ProcessId">The id of the process.</param>
/// <param name="Name">The name of the program.</param>
public sealed record Caller(int ProcessId, string Name)
{
    /// <summary>This process.</summary>
    /// <returns>The caller.</returns>
    public static Caller Self() => From(ProcessTable.Find(Environment.ProcessId));

    /// <summary>The process that started this one. Copies that a shell forked of itself are skipped.</summary>
    /// <returns>The caller.</returns>
    public static Caller Parent() => From(CallingProcess.Of(Environment.ProcessId));

    /// <inheritdoc/>
    public override string ToString() => $"{ThisUser.Name}, process {ProcessId} ({PrintableText.Of(Name)})";

    private static Caller From(ProcessEntry? entry) =>
        entry is null ? new(Environment.ProcessId, "gitproc") : new(entry.Identity.Id, entry.Name);
}
