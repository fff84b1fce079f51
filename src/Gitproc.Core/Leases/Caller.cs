using Gitproc.Processes;
using Gitproc.Text;

namespace Gitproc.Leases;

/// <summary>The process on whose behalf an operation is done: its leases are its own, and the history names it.</summary>
/// <param name="ProcessId">Its id.</param>
/// <param name="Name">The name of its program.</param>
public sealed record Caller(int ProcessId, string Name)
{
    /// <summary>This process.</summary>
    /// <returns>The caller.</returns>
    public static Caller Self() => From(ProcessTable.Find(Environment.ProcessId));

    /// <summary>The process that started this one, passing over the copies a shell makes of itself.</summary>
    /// <returns>The caller.</returns>
    public static Caller Parent() => From(CallingProcess.Of(Environment.ProcessId));

    /// <inheritdoc/>
    public override string ToString() => $"{ThisUser.Name}, process {ProcessId} ({PrintableText.Of(Name)})";

    private static Caller From(ProcessEntry? entry) =>
        entry is null ? new(Environment.ProcessId, "gitproc") : new(entry.Identity.Id, entry.Name);
}
