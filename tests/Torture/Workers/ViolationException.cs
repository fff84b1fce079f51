namespace Gitproc.Torture.Workers;

/// <summary>Something that must never happen has happened.</summary>
internal sealed class ViolationException(string message) : Exception(message);
