namespace Gitproc.Torture.Workers;

/// <summary>What must never happen was seen.</summary>
internal sealed class ViolationException(string message) : Exception(message);
