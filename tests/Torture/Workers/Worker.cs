using Gitproc.Checkouts;
using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Torture.Workers;

/// <summary>
/// Acquires checkouts, checks that no other process has them, and releases them, until its input ends or it is killed.
/// Now and then it resets, removes, restores, lists, reaps or repairs instead.
/// </summary>
/// <remarks>
/// Each line that it writes begins with one of <see cref="Words"/>. A number follows where the count is not 1; the
/// operation or the violation follows where the word announces one.
/// </remarks>
internal sealed class Worker : IProgress<PoolReport>
{
    /// <summary>The first argument of this mode.</summary>
    public const string Mode = "work";

    /// <summary>The first argument of the mode that makes spares.</summary>
    public const string BackgroundMode = "background";

    /// <summary>
    /// The most checkouts that the pool may have: fewer than the workers want, so that some must wait.
    /// </summary>
    public const int MaxCheckouts = 6;

    private readonly Ground _ground;
    private readonly Random _random;
    private readonly int _linked;
    private readonly Pool _pool;
    private readonly LeaseOwner _self = LeaseOwner.OfProcess(Environment.ProcessId);
    private bool _hasWaited;

    /// <param name="ground">The folder of the run.</param>
    /// <param name="random">Makes all choices of the worker.</param>
    /// <param name="linked">The percentage of acquisitions that accept only a worktree checkout.</param>
    public Worker(Ground ground, Random random, int linked)
    {
        (_ground, _random, _linked) = (ground, random, linked);
        _pool = new Pool(
            ground.Pool.Path, this, background: new BackgroundProgram(Child.Program, [BackgroundMode]));
    }

    /// <summary>Works until the input ends.</summary>
    /// <returns>The exit code, 0.</returns>
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
                // Every other exception is a violation too: whatever the other workers do, operations fail only in
                // expected ways.
                Say($"{Words.Violation} unexpected {e}".ReplaceLineEndings(" "));
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    public void Report(PoolReport value) =>
        _hasWaited |=
            value.Kind == ReportKind.Waiting
            && value.Text.StartsWith("waiting for a checkout", StringComparison.Ordinal);

    private void Turn(CancellationToken end)
    {
        switch (_random.Next(40))
        {
            case 0:
                Say(Operation.Reap);
                _pool.Leases.Reap(CancellationToken.None);
                break;
            case 1:
                Say(Operation.Repair);
                _pool.Care.Repair(CancellationToken.None);
                break;
            case 2:
                Say(Operation.List);
                _pool.Checkouts.List(null, _ground.Home, CancellationToken.None);
                break;
            case 3 or 4:
                Say(Operation.Reset);
                Try(
                    Words.Reset,
                    name =>
                        _pool.Checkouts.Reset(
                            new ResetRequest { Checkout = name, WorkingDirectory = _ground.Home },
                            CancellationToken.None));
                break;
            case 5 or 6:
                Say(Operation.Remove);
                Try(
                    Words.Removed,
                    name =>
                        _pool.Checkouts.Remove(
                            new RemoveRequest { Checkout = name, WorkingDirectory = _ground.Home },
                            CancellationToken.None));
                break;
            case 7 or 8:
                Say(Operation.RemoveRescue);
                RemoveRescue();
                break;
            default:
                Hold(end);
                break;
        }
    }

    private void Hold(CancellationToken end)
    {
        var since = DateTime.UtcNow.Ticks;
        var rescue = _random.Next(6) == 0 && AnyRescue() is { IsWhole: true } whole ? whole : null;
        Say(rescue is null ? Operation.Acquire : Operation.Restore);
        // The notes must exist before any of the work is in a checkout.
        var notes = rescue?.Works.Select(name => (Name: name, Note: Work.Begin(_ground, name))).ToList() ?? [];
        if (Acquire(rescue, since, end) is not { } checkouts)
            return;
        Say(Operation.Hold);
        Say($"{Words.Acquired} {checkouts.Count}");
        Say($"{Words.Linked} {checkouts.Count(checkout => checkout.Kind == CheckoutKind.Worktree)}");
        var claims = new List<Claim>();
        try
        {
            foreach (var checkout in checkouts)
                claims.Add(new Claim(_ground, checkout, since, rescue?.Mark));
            if (claims.Find(claim => claim.HasFoundDeadMark) is { } unclean)
                throw new ViolationException($"{unclean.Name} was handed out with the mark of one who was killed");
            if (rescue is not null)
                CheckRestored(rescue, notes, checkouts[0], claims[0]);
            Thread.Sleep(_random.Next(8));
            foreach (var claim in claims)
                claim.Check();
            foreach (var checkout in checkouts.Where(_ => _random.Next(4) == 0))
                Work.Leave(_ground, checkout.Path);
            if (_random.Next(8) == 0)
                ResetOwn(checkouts[0], claims[0]);
        }
        finally
        {
            foreach (var claim in claims)
            {
                Count(claim.IsVoid, Words.Void);
                claim.Dispose();
            }

            Say(Operation.Release);
            foreach (var checkout in checkouts)
                Release(checkout);
        }
    }

    private IReadOnlyList<Checkout>? Acquire(RescuedWork? rescue, long since, CancellationToken end)
    {
        _hasWaited = false;
        var request = Request();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(end);
        if (_random.Next(10) == 0)
            patience.CancelAfter(_random.Next(100));
        try
        {
            if (rescue is not null)
                return [_pool.Rescues.Restore(rescue.Id, request, patience.Token)];
            var checkouts = _pool.Acquiring.Acquire(request, patience.Token);
            if (checkouts.Select(checkout => checkout.Name).Distinct().Count() != request.Count)
                throw new ViolationException(
                    $"{request.Count} were wanted and given were: {string.Join(' ', checkouts.Select(checkout => checkout.Name))}"
                );
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
        catch (Exception e)
            when (e is GitprocException or IOException
                && rescue is not null
                && (!rescue.IsThere || _ground.IsAnyRemoved(since)))
        {
            Say(Words.Void);
            return null;
        }
        finally
        {
            Count(_hasWaited, Words.Waited);
        }
    }

    private static void CheckRestored(
        RescuedWork rescue, List<(string Name, string Note)> notes, Checkout checkout, Claim claim)
    {
        Say(Words.Restored);
        foreach (var (name, note) in notes)
        {
            if (Work.IsIn(checkout.Path, name))
                Work.End(note, checkout.Path);
            else if (!claim.IsVoid)
                throw new ViolationException($"{name} is in {rescue.Folder} and was not restored in {checkout.Path}");
        }

        Say($"{Words.RestoredWorks} {notes.Count}");
    }

    // The worker keeps its lease.
    private void ResetOwn(Checkout checkout, Claim claim)
    {
        Say(Operation.Reset);
        claim.Reset(() =>
        {
            var reset = _pool.Checkouts.Reset(
                new ResetRequest
                {
                    Checkout = checkout.Name,
                    WorkingDirectory = _ground.Home,
                    LeaseId = checkout.LeaseId,
                },
                CancellationToken.None);
            if (reset.LeaseId != checkout.LeaseId)
                throw new ViolationException(
                    $"{checkout.Name} of the lease {checkout.LeaseId} was reset, and has the lease {reset.LeaseId ?? "none"}"
                );
        });
        Say(Words.Reset);
        Say(Operation.Hold);
        if (claim.HasFoundDeadMark)
            throw new ViolationException($"{checkout.Name} was reset and has the mark of one who was killed");
        claim.Check();
        if (Directory.Exists(checkout.Path) && Work.In(checkout.Path).FirstOrDefault() is { } left)
            throw new ViolationException($"{checkout.Name} was reset and still has {left}");
        if (_random.Next(2) == 0)
            Work.Leave(_ground, checkout.Path);
    }

    // Runs an operation on any checkout. If another worker holds it, the operation must refuse.
    private void Try(string word, Action<string> run)
    {
        var since = DateTime.UtcNow.Ticks;
        if (AnyCheckout() is not { } name)
            return;
        try
        {
            run(name);
            Say(word);
        }
        catch (Exception e)
            when (e
                    is GitprocException
            {
                Reason: ErrorReason.HeldByOther or ErrorReason.CheckoutNotFound or ErrorReason.InUse
            }
                || (e is GitprocException or IOException && _ground.IsRemoved(name, since)))
        {
            Say(Words.Refused);
        }
    }

    private string? AnyCheckout()
    {
        var checkouts = _pool.Checkouts.List(null, _ground.Home);
        return checkouts.Count == 0 ? null : checkouts[_random.Next(checkouts.Count)].Name;
    }

    private RescuedWork? AnyRescue()
    {
        var rescues = _pool.Rescues.List(_ground.Source, _ground.Home);
        return rescues.Count == 0 ? null : RescuedWork.TryRead(_ground, rescues[_random.Next(rescues.Count)]);
    }

    private void RemoveRescue()
    {
        if (AnyRescue() is not { } rescue)
            return;
        Work.Remove(_ground, rescue);
        try
        {
            _pool.Rescues.Remove(rescue.Id, _ground.Home, CancellationToken.None);
            Say(Words.RemovedRescue);
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.RescueNotFound)
        {
            Say(Words.Refused);
        }

        if (rescue.IsThere)
            throw new ViolationException($"{rescue.Folder} was removed, and is still there");
    }

    private AcquireRequest Request()
    {
        var request = new AcquireRequest
        {
            Repository = _ground.Source,
            WorkingDirectory = _ground.Home,
            Terms = new LeaseTerms { Owner = _self },
            MaxCheckouts = MaxCheckouts,
            Kind = Kind(),
        };
        return _random.Next(10) switch
        {
            0 or 1 => request,
            2 => request with { Count = 2, Wait = TimeSpan.FromMilliseconds(_random.Next(200)) },
            3 => request with { Count = 2, Wait = Timeout.InfiniteTimeSpan },
            4 => request with { Name = AnyCheckout(), Wait = TimeSpan.FromMilliseconds(_random.Next(200)) },
            5 => request with { Wait = TimeSpan.FromMilliseconds(_random.Next(200)) },
            _ => request with { Wait = Timeout.InfiniteTimeSpan },
        };
    }

    private CheckoutKind? Kind() => _linked == 0 ? null
        : _random.Next(100) < _linked ? CheckoutKind.Worktree
        : _random.Next(2) == 0 ? CheckoutKind.Clone : null;

    // A request that waits without limit is refused only if it wants a kind of which there is no checkout. A named
    // checkout is unknown only while its row is off the list.
    private static bool IsRefusal(GitprocException error, AcquireRequest request) =>
        (
            error.Reason == ErrorReason.NoCheckoutAvailable
            && (request.Wait != Timeout.InfiniteTimeSpan || request.Kind is not null)
        ) || (error.Reason == ErrorReason.CheckoutNotFound && request.Name is not null);

    private void Release(Checkout checkout)
    {
        var request = new ReleaseRequest
        {
            Checkout = checkout.Path,
            WorkingDirectory = _ground.Home,
            LeaseId = checkout.LeaseId,
        };
        _pool.Leases.Release(request);
        if (_random.Next(4) != 0)
            return;
        try
        {
            _pool.Leases.Release(request);
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

    private static void Say(Operation operation) => Say($"{Words.Doing} {operation}");

    private static void Say(string line) => Console.WriteLine(line);
}
