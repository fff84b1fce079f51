using System.Globalization;
using Gitproc.Files;
using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Torture.Workers;

namespace Gitproc.Torture.Fleet;

/// <summary>
/// Acquires checkouts of limited repositories on one machine of a fleet, checks that nobody else has their slots, and
/// releases them, until its input ends or it is killed.
/// </summary>
internal sealed class FleetWorker(Ground ground, string machine, int repositories)
{
    /// <summary>The first argument of the child processes.</summary>
    public const string Mode = "fleet-worker";

    /// <summary>The line that says that it has had a slot.</summary>
    public const string Had = "had";

    /// <summary>
    /// The first word of a line that says that another holder had the slot at the same time, or a higher fence before;
    /// the two leases follow.
    /// </summary>
    public const string Shared = "shared";

    /// <summary>The line that says that it could not acquire; the reason follows.</summary>
    public const string Refused = "refused";

    private const int LongestHold = 100;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    private readonly Pool _pool = new(ground.PoolOf(machine).Path);

    /// <summary>Runs it.</summary>
    /// <returns>0.</returns>
    public int Run()
    {
        using var end = new CancellationTokenSource();
        new Thread(() =>
        {
            Console.In.ReadToEnd();
            end.Cancel();
        })
        { IsBackground = true }.Start();
        while (!end.IsCancellationRequested)
        {
            try
            {
                Work(Random.Shared.Next(repositories), end.Token);
            }
            catch (OperationCanceledException)
            {
                return 0;
            }
            catch (GitprocException e) when (e.Reason is ErrorReason.NoCheckoutAvailable or ErrorReason.AgentNotRunning)
            {
                Console.WriteLine($"{Refused} {e.Reason} {e.Message}");
                end.Token.WaitHandle.WaitOne(LongestHold);
            }
        }

        return 0;
    }

    private void Work(int repository, CancellationToken end)
    {
        var checkout = _pool.Acquiring.Acquire(
            new AcquireRequest
            {
                Repository = ground.SourceOf(repository),
                WorkingDirectory = ground.Home,
                Terms = new LeaseTerms { Owner = LeaseOwner.OfProcess(Environment.ProcessId) },
                Wait = LongestWait,
            },
            end)[0];
        var slot = SlotOf(checkout);
        using (var claim = FileLock.TryAcquire(ground.Claim($"{repository}-{slot.Number}")))
        {
            var note = ground.Claim($"{repository}-{slot.Number}.who");
            var before = File.Exists(note) ? File.ReadAllText(note).Split(' ') : ["", "0"];
            if (claim is null)
                Console.WriteLine($"{Shared} {checkout.LeaseId} {before[0]} {repository}-{slot.Number}");
            else if (long.Parse(before[1], CultureInfo.InvariantCulture) is var fence && fence >= slot.Fence)
                Console.WriteLine(
                    $"{Shared} {checkout.LeaseId} {before[0]} {repository}-{slot.Number} {slot.Fence} after {fence}");
            else
                Write(note, string.Create(CultureInfo.InvariantCulture, $"{checkout.LeaseId} {slot.Fence}"));
            Console.WriteLine(Had);
            Thread.Sleep(Random.Shared.Next(LongestHold));
        }

        var release = new ReleaseRequest
        {
            Checkout = checkout.Name,
            WorkingDirectory = ground.Home,
            LeaseId = checkout.LeaseId,
        };
        _pool.Leases.Release(release, CancellationToken.None);
    }

    // Whole or not at all: it may be killed meanwhile.
    private static void Write(string file, string text)
    {
        File.WriteAllText($"{file}.new", text);
        File.Move($"{file}.new", file, overwrite: true);
    }

    private FleetSlot SlotOf(Checkout checkout)
    {
        using var database = PoolDatabase.Open(ground.PoolOf(machine).Database, fill: _ => { });
        return database.Checkouts.All().Single(row => row.Lease?.Id == checkout.LeaseId).Lease!.Slot
            ?? throw new ViolationException($"{checkout.LeaseId} of a limited repository has no slot.");
    }
}
