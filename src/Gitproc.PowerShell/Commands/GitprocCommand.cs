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

    /// <inheritdoc/>
    public void Dispose()
    {
        _cancellation.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what runs.</summary>
    protected override void StopProcessing() => _cancellation.Cancel();

    /// <summary>Does a step with the pool; where it is refused, writes the error, so that the next item is gone on with.</summary>
    /// <param name="step">The step.</param>
    /// <param name="folder">The pool's folder where the parameters name none; null for the default one.</param>
    private protected void WithPool(Action<Pool> step, string? folder = null)
    {
        var reports = new CommandReports(this);
        try
        {
            step(new Pool(Pool is null ? folder : GetUnresolvedProviderPathFromPSPath(Pool), reports));
        }
        catch (GitprocException e)
        {
            WriteError(ErrorRecords.Of(e));
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WriteError(new ErrorRecord(e, "FileSystemError", ErrorCategory.WriteError, Pool));
        }
        finally
        {
            reports.Complete();
        }
    }
}
