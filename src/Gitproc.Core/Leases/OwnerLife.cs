namespace Gitproc.Leases;

/// <summary>Whether the owner of a lease lives.</summary>
internal enum OwnerLife
{
    /// <summary>The process runs.</summary>
    Alive,

    /// <summary>It has ended, or its machine was started anew.</summary>
    Gone,

    /// <summary>It is on another machine or in another container, and cannot be seen from here.</summary>
    Unknown,
}
