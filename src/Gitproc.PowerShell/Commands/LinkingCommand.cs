using System.Management.Automation;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>What the cmdlets that find a light-weight checkout by its base repository have in common.</summary>
public abstract class LinkingCommand : GitprocCommand
{
    /// <summary>
    /// The base repository: a path, or the key, URL or name of a repository of the pool. A relative path that does not begin with
    /// a dot is searched for upwards.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RepositoryCompleter))]
    public string? Base { get; set; }

    /// <summary>The base repository as the pool understands it.</summary>
    private protected string? BaseRepository => Base is null ? null : FileSystemPath.ResolveIfPath(Base, SessionState.Path);
}
