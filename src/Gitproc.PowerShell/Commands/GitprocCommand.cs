using System.Management.Automation;

namespace Gitproc.PowerShell.Commands;

/// <summary>What all cmdlets of the module have in common.</summary>
public abstract class GitprocCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();

    /// <summary>The pool's folder; <c>GITPROC_POOL</c>, else <c>~/.gitproc_pool</c>, when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Pool { get; set; }

    /// <summary>Cancelled by Ctrl+C.</summary>
    private protected CancellationToken Cancellation => _cancellation.Token;

    /// <summary>The folder of the file system that the session stands in; the process may stand elsewhere.</summary>
    private protected string Location => SessionState.Path.CurrentFileSystemLocation.ProviderPath;

    /// <summary>Where the cmdlet writes, for errors of the file system; null when that is not one place.</summary>
    private protected virtual string? WrittenTo => null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _cancellation.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what runs.</summary>
    protected override void StopProcessing() => _cancellation.Cancel();

    /// <summary>Does a step; where it fails, writes the error, so that the next item is gone on with.</summary>
    /// <param name="step">The step.</param>
    private protected void Attempt(Action step)
    {
        try
        {
            step();
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception e) when (!ErrorRecords.IsOfPowerShell(e))
        {
            WriteError(ErrorRecords.Of(e, WrittenTo));
        }
    }

    /// <summary>Does a step with the pool; where it fails, writes the error, so that the next item is gone on with.</summary>
    /// <param name="step">The step.</param>
    /// <param name="ownFolder">The folder of the one pool that can be meant; null when none is known.</param>
    private protected void WithPool(Action<Pool> step, string? ownFolder = null) => Attempt(() =>
    {
        var reports = new CommandReports(this);
        try
        {
            step(OpenPool(ownFolder, reports));
        }
        finally
        {
            reports.Complete();
        }
    });

    private Pool OpenPool(string? ownFolder, CommandReports reports)
    {
        var pool = new Pool(Pool is null ? ownFolder : FileSystemPath.Resolve(Pool, SessionState.Path), reports);
        if (ownFolder is not null && !PathComparison.IsSame(ownFolder, pool.Path))
        {
            throw new GitprocException(
                ErrorReason.CheckoutNotFound, $"The checkout is of the pool {ownFolder}, not of {pool.Path}. Leave -Pool out.", ownFolder);
        }

        return File.Exists(pool.Path)
            ? throw new GitprocException(ErrorReason.PoolNotUsable, $"The pool {pool.Path} is a file. Name a folder.", pool.Path)
            : pool;
    }
}
