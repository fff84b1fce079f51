namespace Gitproc.Processes;

/// <summary>
/// One process of this machine. Ids are used again; an id with the start time is not, until the machine restarts.
/// </summary>
/// <param name="Id">The process id.</param>
/// <param name="StartedAt">
/// When it started, in the operating system's own unit, good for comparing only: clock ticks since boot on Linux, so
/// that a changed clock changes nothing; ticks of UTC on Windows; microseconds since 1970 on macOS.
/// </param>
public readonly record struct ProcessIdentity(int Id, long StartedAt);
