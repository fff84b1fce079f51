using Gitproc.Pools;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Remote;

/// <summary>
/// This machine, and another one behind a real sshd. The other machine has a home and a pool of its own, and is started
/// when it is first used.
/// </summary>
public abstract class SshTests : IDisposable
{
    private readonly Lazy<SshServer> _there;

    protected SshTests() =>
        _there = new(() => new SshServer(Directory.CreateDirectory(Here["there"]).FullName));

    private protected PoolFixture Here { get; } = new();

    private protected SshServer There => _there.Value;

    private protected Pool PoolThere => new(There.Pool);

    public void Dispose()
    {
        if (_there.IsValueCreated)
            _there.Value.Dispose();
        Here.Dispose();
        GC.SuppressFinalize(this);
    }
}
