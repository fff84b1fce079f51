using Gitproc.Files;
using Gitproc.Pools;

namespace Gitproc.Agent.Fleet;

/// <summary>
/// Lets one agent of a pool speak for the machine. Others wait until it ends, and the system unlocks the file of one
/// that is killed.
/// </summary>
internal sealed class OnlyAgent(Pool pool) : IDisposable
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _trying = new(1);
    private LockedFile? _file;

    /// <summary>Waits until this agent is the only one.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        await _trying.WaitAsync(cancellationToken);
        try
        {
            pool.Fleet.Folder.Create();
            while ((_file ??= LockedFile.TryLock(pool.Fleet.Folder.AgentLock)) is null)
                await Task.Delay(BetweenTries, cancellationToken);
        }
        finally
        {
            _trying.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _trying.Dispose();
    }
}
