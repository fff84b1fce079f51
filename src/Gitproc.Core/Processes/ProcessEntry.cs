namespace Gitproc.Processes;

/// <summary>What the operating system tells of a process.</summary>
/// <param name="Identity">Which process it is.</param>
/// <param name="ParentId">The id of its parent; 0 when it has none.</param>
/// <param name="Name">The name of its program, without a folder.</param>
/// <param name="IsFork">
/// Whether it is a copy that its parent made of itself and runs no program of its own yet: how a shell makes a
/// subshell.
/// </param>
internal sealed record ProcessEntry(ProcessIdentity Identity, int ParentId, string Name, bool IsFork);
