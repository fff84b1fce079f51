using Gitproc.Leases;
using Gitproc.Registry;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Leases;

/// <summary>The lease in the git directory of a checkout.</summary>
public sealed class LeaseFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_is_written_while_another_process_removes_an_older_one()
    {
        var git = Directory.CreateDirectory(_folder["git"]).FullName;
        Directory.CreateDirectory(LeaseFile.Folder(git));
        using var end = new CancellationTokenSource();
        var removing = new Thread(() =>
        {
            while (!end.IsCancellationRequested)
                LeaseFile.Remove(git);
        });
        removing.Start();
        try
        {
            Lease? replaced = null;
            for (var i = 0; i < 3000; i++)
            {
                var lease = new LeaseTerms { Owner = PoolFixture.Self }.NewLease(defaultDuration: null);
                Assert.Null(LeaseFile.Write(git, lease, replaced));
                replaced = lease;
            }
        }
        finally
        {
            end.Cancel();
            removing.Join();
        }
    }
}
