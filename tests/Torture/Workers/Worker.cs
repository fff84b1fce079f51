using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Torture.Workers;

/// <summary>
/// Acquires checkouts, checks that it holds them alone, and releases them, until its input ends or it is killed. Each
/// line that it writes is a count: a word, and a number where that is not 1. A violation is a line of its own.
/// </summary>
internal sealed class Worker : IProgress<PoolReport>
{
    /// <summary>The first word of its command line.</summary>
    public const string Mode = "work";

    /// <summary>The most checkouts there may be; fewer than the workers want, so that some have to wait.</summary>
    public const int MostCheckouts = 6;

    private readonly Ground _ground;
    private readonly Random _random;
    private readonly int _linked;
    private readonly Pool _pool;
    private readonly LeaseOwner _self = LeaseOwner.OfProcess(Environment.ProcessId);
    private bool _hasWaited;

    /// <summary>Makes it.</summary>
    /// <param name="ground">Where it works.</param>
    /// <param name="random">Makes its choices.</param>
    /// <param name="linked">In how many of a hundred acquisitions it wants a linked checkout.</param>
    public Worker(Ground ground, Random random, int linked)
    {
        (_ground, _random, _linked) = (ground, random, linked);
        _pool = new Pool(ground.Pool.Path, this);
    }

    /// <summary>Works.</summary>
    /// <returns>0 when its input has ended.</returns>
    public int Run()
    {
        using var end = new CancellationTokenSource();
        new Thread(() =>
        {
            Console.In.ReadToEnd();
            end.Cancel();
        })
        { IsBackground = true }.Start();
        Say(Words.Ready);
        while (!end.IsCancellationRequested)
        {
            try
            {
                Turn(end.Token);
            }
            catch (ViolationException e)
            {
                Say($"{Words.Violation} {e.Message}");
            }
            catch (Exception e)
            {
                // Whatever it is: nothing that the others do may make an operation fail in a way that is not foreseen.
                Say($"{Words.Violation} unexpected {e}".ReplaceLineEndings(" "));
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    public void Report(PoolReport value) => _hasWaited |= value.Kind == ReportKind.Waiting && value.Text.StartsWith("waiting for a checkout", StringComparison.Ordinal);

    private void Turn(CancellationToken end)
    {
        switch (_random.Next(40))
        {
            case 0:
                _pool.Reap(CancellationToken.None);
                break;
            case 1:
                _pool.Repair(CancellationToken.None);
                break;
            case 2:
                _pool.List(null, _ground.Home, CancellationToken.None);
                break;
            default:
                Hold(end);
                break;
        }
    }

    private void Hold(CancellationToken end)
    {
        var since = DateTime.UtcNow.Ticks;
        if (Acquire(end) is not { } checkouts)
            return;
        Say($"{Words.Acquired} {checkouts.Count}");
        Say($"{Words.Linked} {checkouts.Count(checkout => checkout.Kind == CheckoutKind.Linked)}");
        var claims = new List<Claim>();
        try
        {
            foreach (var checkout in checkouts)
                claims.Add(new Claim(_ground, checkout, since));
            if (claims.Find(claim => claim.HasFoundDeadMark) is { } unclean)
                throw new ViolationException($"{unclean.Name} was handed out with the mark of one who was killed");
            Thread.Sleep(_random.Next(8));
            foreach (var claim in claims)
                claim.Check();
            foreach (var checkout in checkouts.Where(_ => _random.Next(4) == 0))
                Work.Leave(_ground, checkout.Path);
        }
        finally
        {
            foreach (var claim in claims)
            {
                Count(claim.IsVoid, Words.Void);
                claim.Dispose();
            }

            foreach (var checkout in checkouts)
                Release(checkout);
        }
    }

    private IReadOnlyList<Checkout>? Acquire(CancellationToken end)
    {
        _hasWaited = false;
        var request = Request();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(end);
        if (_random.Next(10) == 0)
            patience.CancelAfter(_random.Next(100));
        try
        {
            var checkouts = _pool.Acquire(request, patience.Token);
            if (checkouts.Select(checkout => checkout.Name).Distinct().Count() != request.Count)
                throw new ViolationException($"{request.Count} were wanted and given were: {string.Join(' ', checkouts.Select(checkout => checkout.Name))}");
            return checkouts;
        }
        catch (OperationCanceledException)
        {
            Say(Words.Cancelled);
            return null;
        }
        catch (GitprocException e) when (IsRefusal(e, request))
        {
            Say(Words.Refused);
            Thread.Sleep(_random.Next(20));
            return null;
        }
        finally
        {
            Count(_hasWaited, Words.Waited);
        }
    }

    private AcquireRequest Request()
    {
        var request = new AcquireRequest
        {
            Repository = _ground.Source,
            WorkingDirectory = _ground.Home,
            Terms = new LeaseTerms { Owner = _self },
            MaxCheckouts = MostCheckouts,
            Kind = Kind(),
        };
        return _random.Next(10) switch
        {
            0 or 1 => request,
            2 => request with { Count = 2, Wait = TimeSpan.FromMilliseconds(_random.Next(200)) },
            3 => request with { Count = 2, Wait = Timeout.InfiniteTimeSpan },
            4 => request with { Name = $"checkout-{_random.Next(1, MostCheckouts + 1)}", Wait = TimeSpan.FromMilliseconds(_random.Next(200)) },
            5 => request with { Wait = TimeSpan.FromMilliseconds(_random.Next(200)) },
            _ => request with { Wait = Timeout.InfiniteTimeSpan },
        };
    }

    private CheckoutKind? Kind() => _linked == 0 ? null
        : _random.Next(100) < _linked ? CheckoutKind.Linked
        : _random.Next(2) == 0 ? CheckoutKind.Clone : null;

    // Who waits for ever is never refused, but for a kind that there is none of; and a name is unknown only while its row is off the list.
    private static bool IsRefusal(GitprocException error, AcquireRequest request) =>
        (error.Reason == ErrorReason.NothingFree && (request.Wait != Timeout.InfiniteTimeSpan || request.Kind is not null))
        || (error.Reason == ErrorReason.CheckoutNotFound && request.Name is not null);

    private void Release(Checkout checkout)
    {
        var request = new ReleaseRequest { Checkout = checkout.Path, WorkingDirectory = _ground.Home, LeaseId = checkout.LeaseId };
        _pool.Release(request);
        if (_random.Next(4) != 0)
            return;
        try
        {
            _pool.Release(request);
        }
        catch (GitprocException e) when (e.Reason is ErrorReason.NotLocked or ErrorReason.CheckoutNotFound)
        {
            return;
        }

        throw new ViolationException($"{checkout.Name} was released twice by the lease {checkout.LeaseId}");
    }

    private static void Count(bool happened, string word)
    {
        if (happened)
            Say(word);
    }

    private static void Say(string line) => Console.WriteLine(line);
}
