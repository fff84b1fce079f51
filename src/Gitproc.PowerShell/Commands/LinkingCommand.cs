using System.Management.Automation;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>Base class of the cmdlets that find a light-weight checkout by its base repository.</summary>
public abstract class LinkingCommand : GitprocCommand
{
    /// <summary>
    /// The base repository: a path, or the key, URL or name of a repository of the pool. A relative path that does not
    /// begin with a dot is looked for in the working directory and in each folder above it.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RepositoryCompleter))]
    public string? Base { get; set; }

    /// <summary>-Base with PowerShell paths resolved; null if omitted.</summary>
    private protected string? BaseRepository =>
        Base is null ? null : FileSystemPath.ResolveIfPath(Base, SessionState.Path);
}
